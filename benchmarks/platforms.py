"""
Writes docs/reference/platforms.md: what differs between the two platforms that tests run on.

    python tests/xen/xen_packages.py
    python -m benchmarks.platforms

Xen, libvirt and QEMU are Debian's. Each Xen is booted once under QEMU's emulation, to see what it takes beside the
memory of guests and where their pages land (results/platforms.json); ``--report`` boots nothing.
"""

from __future__ import annotations

import argparse
import json
import sys
import tempfile
from pathlib import Path

from tests.xen.dom0_views import settled
from tests.xen.platform_differences import json_keys, libvirt_verdicts, xl_verdicts
from tests.xen.xen_boot import Dom0, Machine
from tests.xen.xen_images import idle_guest
from tests.xen.xen_packages import PLATFORMS, Platform

HERE = Path(__file__).resolve().parent
PAGE = HERE.parent / "docs" / "reference" / "platforms.md"
RESULTS = HERE / "results" / "platforms.json"
MACHINE = Machine(node_mib=1536, cpus=2, slit=((10, 20), (20, 10)))
PAGES_PER_MIB = 256
Seen = dict[str, dict[str, list[float]]]
"""Guest -> ``pages`` on each pnode, and ``overhead``: what else each pnode gave, in MiB."""

HVM = 'type = "hvm"\nkernel = "/guest/tables"\nvnc = 0; sdl = 0; nographic = 1\n'
IDLE = 'kernel = "/tmp/idle"\n'
ROWS = (
    'vnuma = [["pnode=0", "size=128", "vcpus=0", "vdistances=10,20"], '
    '["pnode=1", "size=128", "vcpus=1", "vdistances=20,10"]]\n'
)
BOTH = 'cpus_soft = ["0-3", "0-3"]\n'
ONE = 'cpus_soft = ["2-3", "2-3"]\n'
GUESTS = {
    "hvm with vnuma, no screen": f'{HVM}vga = "none"\nmemory = 256\nvcpus = 2\n{ROWS}',
    "hvm with vnuma, stdvga": f'{HVM}vga = "stdvga"\nmemory = 256\nvcpus = 2\n{ROWS}',
    "hvm with vnuma, cirrus": f'{HVM}vga = "cirrus"\nmemory = 256\nvcpus = 2\n{ROWS}',
    "hvm on one pnode, no screen": f'{HVM}vga = "none"\nmemory = 256\nvcpus = 2\n{ONE}',
    "hvm on a set, no screen": f'{HVM}vga = "none"\nmemory = 256\nvcpus = 2\n{BOTH}',
    "pvh on a set": f'type = "pvh"\n{IDLE}memory = 256\nvcpus = 2\n{BOTH}',
    "pv on a set": f'type = "pv"\n{IDLE}memory = 256\nvcpus = 2\n{BOTH}',
    "pvh, memory 128, maxmem 256": f'type = "pvh"\n{IDLE}memory = 128\nmaxmem = 256\nvcpus = 2\n{BOTH}',
}
"""The guests whose pages are counted, all of 256 MiB and two vcpus."""

HEAD = """\
# Platforms

placer is tested on two platforms, and the programs of both take what placer writes. `python -m benchmarks.platforms`
generates this page from what these programs said; a test asks them again.

For Xen, `taken` means that xl reads the file and libxl accepts the guest for a creation, up to the point where a domain
would be made; for libvirt, that the domain is defined. A guest that is taken need not start: pvh with vnuma fails later
(`xc_domain_getvnuma failed`), so placer gives vnuma to hvm guests only. PCI passthrough is refused here because the
machine that was asked has no IOMMU.

"""


def main(arguments: list[str] | None = None) -> int:
    """Boot both, unless only the page is wanted, and write it."""
    parser = argparse.ArgumentParser(
        prog="python -m benchmarks.platforms", description=__doc__, formatter_class=argparse.RawTextHelpFormatter
    )
    parser.add_argument("--report", action="store_true", help="only write the page")
    options = parser.parse_args(arguments)
    if not options.report:
        seen = {platform.name: boot(platform) for platform in PLATFORMS}
        RESULTS.write_text(json.dumps(seen, indent=1) + "\n", encoding="utf-8")
    PAGE.write_text(make_page(json.loads(RESULTS.read_text(encoding="utf-8"))), encoding="utf-8")
    print(f"{PAGE} is written", file=sys.stderr)
    return 0


def boot(platform: Platform) -> Seen:
    """Create each guest alone on a booted Xen, and count."""
    seen: Seen = {}
    with tempfile.TemporaryDirectory() as scratch, Dom0(MACHINE, Path(scratch) / "console.txt", platform) as dom0:
        dom0.put("/tmp/idle", idle_guest(platform))
        for number, (name, text) in enumerate(GUESTS.items()):
            dom0.put("/tmp/guest.cfg", f'name = "g{number}"\n{text}')
            before = settled(dom0)
            dom0.ask("xl create -p /tmp/guest.cfg")
            after = settled(dom0)
            pages = after.domains[max(after.domains)].pages
            seen[name] = {
                "pages": [pages.get(p, 0) for p in (0, 1)],
                "overhead": [
                    round((before.free_pages[p] - after.free_pages[p] - pages.get(p, 0)) / PAGES_PER_MIB, 2)
                    for p in (0, 1)
                ],
            }
            dom0.ask(f"xl destroy g{number}")
            print(f"{platform}: {name}: {seen[name]}", file=sys.stderr)
    return seen


def make_page(seen: dict[str, Seen]) -> str:
    """Write the page, of what was seen on booted Xens and of what the programs say now."""
    return HEAD + versions() + asked() + booted(seen)


def versions() -> str:
    """Write the versions of the programs."""
    names = list(PLATFORMS[0].versions)
    rows = [f"| {platform.name} | {' | '.join(platform.versions[name] for name in names)} |" for platform in PLATFORMS]
    return "\n".join([f"| platform | {' | '.join(names)} |", "| --- " * (len(names) + 1) + "|", *rows, "", ""])


def asked() -> str:
    """Write what the programs take, and their JSON keys; this is what a test compares with the page."""
    parts = []
    for title, program, ask in (
        ("What xl and libxl take", "Xen", xl_verdicts),
        ("What libvirt takes", "libvirt", libvirt_verdicts),
    ):
        said = [ask(platform) for platform in PLATFORMS]
        rows = {name: [each[name] for each in said] for name in said[0]}
        parts.append(_table(title, program, "tried", rows))
    first, *others = (json_keys(platform) for platform in PLATFORMS)
    unlike = {key for keys in others for key in keys ^ first}
    keys = f"The JSON that `xl -N create` prints of five guests has {len(first)} keys on the first platform; "
    differ = f"these are on one of them only: {', '.join(sorted(unlike))}." if unlike else "they are the same on both."
    return "".join(parts) + f"## Keys of libxl's JSON\n\n{keys}{differ}\n\n"


def booted(seen: dict[str, Seen]) -> str:
    """Write where pages landed, and what Xen took besides."""
    rows = {}
    for name in GUESTS:
        each = [seen[platform.name][name] for platform in PLATFORMS]
        rows[name] = [
            f"{' + '.join(f'{pages:,}' for pages in found['pages'])}; "
            f"{' + '.join(f'{mib:g}' for mib in found['overhead'])} MiB"
            for found in each
        ]
    told = (
        "Pages of 4 KiB on the two pnodes of an emulated host, and what else these gave, for guests of 256 MiB with "
        "two vcpus. Video memory is among the pages.\n\n"
    )
    return _table("Pages and overhead", "Xen", "guest", rows, told)


def _table(title: str, program: str, head: str, rows: dict[str, list[str]], text: str = "") -> str:
    """Write a table with a column for each version of a program; what is the same as in the first says so."""
    names = [f"{program} {platform.versions[program]} ({platform.name})" for platform in PLATFORMS]
    lines = [f"## {title}", "", *([text.rstrip(), ""] if text else [])]
    lines += [f"| {' | '.join([head, *names])} |", "| --- " * (len(names) + 1) + "|"]
    for name, (first, *others) in rows.items():
        lines.append(f"| {' | '.join([name, first, *('the same' if each == first else each for each in others)])} |")
    return "\n".join([*lines, "", ""])


if __name__ == "__main__":
    sys.exit(main())
