"""Writes the calls of ``xl vcpu-pin`` that bind the vcpus of a running guest to their pnodes."""

from __future__ import annotations

from collections.abc import Iterator
from shlex import quote

from placer.errors import EmissionError
from placer.formats.configured_guest import ConfiguredGuest, soft_affinity_on_pnode
from placer.instance import format_cpuset

_HEADER = """\
#!/bin/sh
# Binds the vcpus of running guests as placed by placer: xl vcpu-pin GUEST VCPU HARD SOFT.
# Memory that a guest has already stays where it is.
set -e
"""


def emit_shell(written: ConfiguredGuest) -> str:
    """
    Write a shell script of ``xl vcpu-pin`` calls.

    Returns
    -------
    str
        For each vnode, or for the set, a comment, and for each of its vcpus a call with the vcpu's own hard affinity
        (``all`` for any) and the soft affinity of :func:`.configured_guest.soft_affinity_on_pnode`.

    Raises
    ------
    EmissionError
        With every reason: the guest is one of QEMU, xl would not find it by its name, or a vnode has no pnode.
    """
    reasons = [*_reasons(written)]
    if reasons:
        raise EmissionError("\n".join(f'guest "{written.guest.name}": {reason}' for reason in reasons))
    hard = written.guest.hard_affinity or (None,) * written.guest.vcpu_count
    soft = soft_affinity_on_pnode(written)
    lines, name = [], " ".join(written.guest.name.split())  # in a comment, which ends with its line
    if written.guest.form == "set":
        lines.append(f"# {name}: memory spread over pnodes {format_cpuset(written.pnodes)}")
    for v, vnode in enumerate(written.vnodes):
        if written.guest.form != "set":
            lines.append(f"# {name}: vnode {v} on pnode {vnode.pnode}")
        for vcpu in vnode.vcpus:
            mask = hard[vcpu]
            bound = "all" if mask is None else format_cpuset(mask)
            lines.append(f"xl vcpu-pin {quote(written.guest.name)} {vcpu} {bound} {format_cpuset(soft[vcpu])}")
    return _HEADER + "".join(f"{line}\n" for line in lines)


def join_scripts(scripts: list[str]) -> str:
    """Join the scripts of several guests, as :func:`emit_shell` writes them, into one."""
    return _HEADER + "".join(script.removeprefix(_HEADER) for script in scripts)


def _reasons(written: ConfiguredGuest) -> Iterator[str]:
    name = written.guest.name
    if written.source is not None and written.source.of_qemu:
        yield f"{written.source.place} is a guest of QEMU, which xl does not bind"
    if name.startswith("-") or (name.isascii() and name.isdigit()):
        yield f"xl takes its name for {'an option' if name.startswith('-') else 'a domid'}"
    for v, vnode in enumerate(written.vnodes):
        if vnode.pnode is None:
            yield f"vnode {v} has no pnode to whose pcpus its vcpus could be bound"
