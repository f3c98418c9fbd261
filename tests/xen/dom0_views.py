"""What a dom0 shows of its guests: to placer check, and once the memory of those that ended is free again."""

from __future__ import annotations

from pathlib import Path

from tests.xen.readback import NumaDump, read_numa_dump
from tests.xen.xen_boot import Dom0
from tests.xen.xen_trial import run_placer


def audited(dom0: Dom0, info: Path, folder: Path, *options: str) -> tuple[int, str]:
    """
    Let placer judge what runs, from the outputs of the dom0; gives 0 or 1 for its exit code, and its report.

    Parameters
    ----------
    info
        What ``xl info -n`` printed.
    folder
        For the other outputs, which stay there: xl-list.json, vcpu-list.txt, dmesg.txt.
    options
        More options of ``placer check``.
    """
    texts = {
        "--running": ("xl-list.json", dom0.ask("xl list -l")),
        "--vcpu-list": ("vcpu-list.txt", dom0.ask("xl vcpu-list")),
        "--numa-dump": ("dmesg.txt", dom0.numa_dump()),
    }
    words = ["check", "--host", str(info), *options]
    for option, (name, text) in texts.items():
        (folder / name).write_text(text)
        words += [option, str(folder / name)]
    try:
        return 0, run_placer(*words)
    except RuntimeError:
        return 1, run_placer(*words, expected=1)


def settled(dom0: Dom0, least_free: int = 0) -> NumaDump:
    """Wait until free memory no longer changes and is no less than so many pages: Xen scrubs what guests held."""
    last = NumaDump()
    for _ in range(120):
        now = read_numa_dump(dom0.numa_dump())
        if now.free_pages == last.free_pages and sum(now.free_pages.values()) >= least_free:
            return now
        last = now
    raise RuntimeError("free memory goes on to change, or that of destroyed guests does not come back")
