"""Whether the memory that is free on a host of Xen stays free while no guest starts or ends."""

from __future__ import annotations

import re
from collections.abc import Iterator

from placer.formats.text.files import Text

_DOM0_MEM = re.compile(r"(?:^|\s)dom0_mem=(\S*)")
_AUTOBALLOON = re.compile(r"^autoballoon: *[\"']?([\w-]*)", re.MULTILINE)
_ON = {"on", "1", "yes", "true"}
"""What xl takes for on (xl.conf(5)); "auto" is on unless dom0_mem was given at boot."""


def boot_notes(command_line: str | None) -> Iterator[str]:
    """
    Say what the command line of Xen means for free memory.

    Parameters
    ----------
    command_line
        ``xen_commandline`` of ``xl info``; None where the text has none.
    """
    if command_line is None:
        return
    stated = _DOM0_MEM.findall(command_line)
    if not stated:
        yield (
            "free memory is no promise: Xen was booted without dom0_mem=SIZE,max:SIZE, so xl balloons dom0 for each "
            "guest it creates, one after the other, and takes the memory from any pnode"
        )
    elif not any("max:" in each for each in stated):
        yield "free memory is no promise: dom0_mem of Xen's command line has no max:SIZE, so dom0 may balloon up"


def balloon_notes(text: Text | None) -> Iterator[str]:
    """
    Say what the programs of dom0 mean for free memory.

    Parameters
    ----------
    text
        The part ``xl-balloon`` of a snapshot; None where it has none.
    """
    content = "" if text is None else text.content
    found = _AUTOBALLOON.findall(content)
    if found and found[-1].lower() in _ON:
        yield (
            "free memory is no promise: autoballoon is on in /etc/xen/xl.conf, so xl balloons dom0 for guests that it "
            "creates"
        )
    if "squeezed: yes" in content:
        yield "free memory is no promise: the daemon squeezed of XAPI moves memory between guests"
