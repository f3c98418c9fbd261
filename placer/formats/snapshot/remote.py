"""Takes a snapshot of another host over ssh."""

from __future__ import annotations

import subprocess

from placer.errors import InputError
from placer.formats.snapshot.facts import read_facts
from placer.formats.snapshot.host_part import host_part
from placer.formats.snapshot.parts import Parts, is_snapshot, split_parts
from placer.formats.text.files import MAX_BYTES
from placer.instance import shorten

REFUSED = "not asked: "
"""Begins what the script says where it does not ask Xen for pages: domains hold more than the size it was given."""
SSH_FAILED = 255
"""Exit code of ssh itself (ssh(1)); others are those of the remote shell."""


def take_over_ssh(target: str, script: str, *, program: str = "ssh") -> tuple[str, Parts]:
    """
    Run the script on another host, as ``ssh TARGET sh -s`` with the script as its input.

    Parameters
    ----------
    target
        Such as ``root@xen1``; what ssh takes as its destination.
    script
        What :func:`.script.snapshot_script` returns.
    program
        The ssh to run, found in PATH.

    Returns
    -------
    text : str
        The snapshot: whole, and with its host.
    parts : Parts

    Raises
    ------
    InputError
        If ssh fails, the answer is no whole snapshot, or it states no host.
    """
    place = f"ssh {target}"
    if not target or target.startswith("-"):  # ssh would take it for an option
        raise InputError(f'expected a host such as root@xen1, got "{shorten(target)}"', place="--ssh")
    try:
        ran = subprocess.run(
            [program, "--", target, "sh", "-s"], input=script.encode(), capture_output=True, check=False
        )
    except FileNotFoundError:
        raise InputError(f"{program} is not in PATH; placer snapshot prints the script", place=place) from None
    except OSError as error:
        raise InputError(f"{program} cannot be run: {error.strerror or error}", place=place) from None
    text = ran.stdout.decode("utf-8", "replace")
    if ran.returncode or not is_snapshot(text):
        raise InputError(_failure(ran.returncode, ran.stderr.decode("utf-8", "replace"), text), place=place)
    if len(ran.stdout) > MAX_BYTES:
        raise InputError("the snapshot is larger than 8 MiB", place=place)
    parts = split_parts(text, place)
    if not parts.whole:
        raise InputError(f"the connection ended before the snapshot did, after line {text.count(chr(10))}", place=place)
    host_part(parts, read_facts(parts)[0])
    return text, parts


def refusal(parts: Parts) -> str | None:
    """Say why the script did not ask Xen for pages, where that is for a person to decide."""
    part = parts.parts.get("xl-dmesg")
    said = part.said[0] if part is not None and part.said else ""
    return said.removeprefix(REFUSED) if said.startswith(REFUSED) else None


def _failure(code: int, said: str, printed: str) -> str:
    lines = [line.strip() for line in said.splitlines() if line.strip()]
    last = f": {shorten(lines[-1], 200)}" if lines else ""
    if code == SSH_FAILED:
        return f"ssh failed{last or ' and says nothing'}"
    if code:
        return f"the shell there ended with exit code {code}{last}"
    got = shorten(printed.strip().splitlines()[0]) if printed.strip() else "nothing"
    return f'expected a snapshot, got "{got}"{last}'
