"""Notes on what options make of a guest, and which option would make another thing of it."""

from __future__ import annotations

from placer.formats.base import ParsedGuest
from placer.instance import format_size
from placer.instance.note import Note
from placer.job.forms import balloons_without_vnuma, devices_of, form_of


def can_be_set(reading: ParsedGuest | None) -> bool:
    """Whether ``--migratable`` can make a set of a guest: its file leaves its form open, and has no devices."""
    return reading is not None and reading.vnodes is None and not devices_of(reading)


def unheeded_vnuma(reading: ParsedGuest) -> list[Note]:
    """Say of a guest that is to have vnuma in any case why it gets none, for its notes."""
    if form_of(reading, migratable=False) != "set":
        return []
    if reading.type != "hvm":
        return [
            Note(f'gets no vnuma though always asked for: Xen starts type {reading.type} without; type="hvm" has it')
        ]
    return [Note('gets no cells though always asked for: its memory is interleaved; mode "strict" lets it have cells')]


def balloon_note(
    reading: ParsedGuest, *, with_vnuma: bool = True, always_vnuma: bool = False, spread: bool = False
) -> Note:
    """
    Say which memory a guest is placed with whose memory is below its maxmem, for its notes.

    Parameters
    ----------
    with_vnuma
        Whether it gets vnuma, with which xl and libxl refuse it.
    always_vnuma
        Whether it gets vnuma in any case, so that no option keeps both figures beside that one.
    spread
        Whether it is a set of pnodes.
    """
    figures = f"memory {format_size(reading.memory_kib)}, maxmem {format_size(reading.maxmem_kib)}"
    if with_vnuma:
        said, then = "placed with its maxmem", "with vnuma xl and libxl refuse memory below maxmem: "
        then += "--memory maxmem or --memory memory makes them one"
        if reading.vnodes is None and (always_vnuma or can_be_set(reading)):
            then += ", no --vnuma always" if always_vnuma else ", --migratable"
            then += " keeps both"
    else:
        said, then = "placed with the memory that it starts with", "what it grows by may land elsewhere"
        if spread and balloons_without_vnuma(reading):
            then += "; no vnuma, which xl refuses it: --memory maxmem or --memory memory makes them one, and allows it"
    return Note(f"{said} ({figures}); {then}", kind=f"{said}; {then}")
