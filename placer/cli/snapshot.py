"""``placer snapshot``."""

from __future__ import annotations

import sys
from enum import StrEnum
from typing import Annotated

import typer

from placer.cli import options
from placer.cli.one_output import Output, output_path, write

PAGES_UP_TO = "256GiB"


class Toolstack(StrEnum):
    """Which toolstack a host has."""

    auto = "auto"
    xl = "xl"
    libvirt = "libvirt"


def snapshot(
    ssh: Annotated[
        str | None,
        typer.Option(
            "--ssh",
            metavar="HOST",
            help="Run the script on this host, such as root@xen1, and print what it prints: the snapshot.",
        ),
    ] = None,
    output: Output = None,
    pages: Annotated[
        bool,
        typer.Option(
            "--pages",
            help="Also ask Xen on which pnodes the memory of each domain lies. Xen walks through every page of every "
            "domain under a lock, in which cpus may stall for seconds where guests have hundreds of GiB, and prints "
            "the answer to its log. (Under libvirt it is read from /proc in any case.)",
        ),
    ] = False,
    pages_up_to: Annotated[
        str | None,
        typer.Option(
            "--pages-up-to",
            metavar="SIZE",
            help="With --pages: if domains hold more than this in all, ask a person first; without one, leave it out. "
            f"{PAGES_UP_TO} unless said otherwise.",
        ),
    ] = None,
    toolstack: Annotated[
        Toolstack, typer.Option(help="What the host is asked with; auto is xl where it answers, else virsh.")
    ] = Toolstack.auto,
    force: options.Force = False,
    quiet: options.Quiet = False,
) -> None:
    """
    Print a script that says all that runs on a host, or run it over ssh.

    The script is for a POSIX shell, needs no Python there, and changes nothing:
    ssh root@xen1 sh -s < snapshot.sh > xen1.txt. What it prints is a host for
    --host and for placer show: with cpupools, running guests and, where asked,
    their pages.
    """
    from placer.formats.snapshot.script import snapshot_script

    path = output_path(output, force=force)
    if pages_up_to is not None and not pages:
        raise typer.BadParameter("is for --pages alone", param_hint="--pages-up-to")
    up_to = _size(pages_up_to or PAGES_UP_TO)
    asked = snapshot_script(pages="yes" if pages else "no", pages_up_to_kib=up_to, toolstack=toolstack.value)
    always = snapshot_script(pages="always", toolstack=toolstack.value)
    write(asked if ssh is None else _taken(ssh, asked, always, quiet=quiet), path)


def _size(text: str) -> int:
    from placer.instance import parse_size

    try:
        return parse_size(text)
    except ValueError as error:
        raise typer.BadParameter(str(error), param_hint="--pages-up-to") from None


def _taken(target: str, asked: str, always: str, *, quiet: bool) -> str:
    """Take the snapshot; where domains hold much memory, ask a person whether Xen shall walk through it."""
    from placer.formats.snapshot.remote import refusal, take_over_ssh

    text, parts = take_over_ssh(target, asked)
    why = refusal(parts)
    if why is not None and at_terminal() and typer.confirm(f"{why}. Do it?", default=False, err=True):
        text, parts = take_over_ssh(target, always)
    notes = [*parts.notes, *(part.why for part in parts.parts.values() if part.code != 0)]
    for note in () if quiet else notes:
        print(f"note: {note}", file=sys.stderr)
    return text


def at_terminal() -> bool:
    """Whether a person is there to answer."""
    return sys.stdin is not None and sys.stdin.isatty()
