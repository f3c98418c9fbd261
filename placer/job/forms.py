"""The form of a guest whose file states no vnodes, for the case that no pnode holds it whole."""

from __future__ import annotations

from placer.errors import InputError
from placer.formats.base import ParsedGuest
from placer.formats.devices import MOST_NAMED
from placer.instance import Form, Instance
from placer.instance.note import GuestNote, Note, about, name_some


def devices_of(reading: ParsedGuest) -> tuple[str, ...]:
    """Give the devices that a file assigns to its guest, listed by the host or not."""
    return reading.assigned or reading.devices


def form_of(reading: ParsedGuest, *, migratable: bool) -> Form:
    """
    Choose the form of a guest larger than a pnode: vnuma for guests that can have it, else a set of pnodes.

    Raises
    ------
    InputError
        If a guest shall be migratable that could have vnuma, near devices that keep it from being migrated.
    """
    if reading.vnodes is not None:
        return "vnuma"
    of_qemu = reading.source is not None and reading.source.of_qemu
    if reading.type != "hvm" and not of_qemu:
        return "set"
    assigned = devices_of(reading)
    if migratable and assigned:
        raise InputError(
            f'guest "{reading.name}" has devices ({name_some(list(assigned), MOST_NAMED)}), with which it cannot be '
            "migrated, so --migratable would only take it from their pnode; place it without that option, or without "
            "the devices in its file",
            place=reading.source.place if reading.source else None,
        )
    return "set" if migratable or reading.spread else "vnuma"


def balloons_without_vnuma(reading: ParsedGuest) -> bool:
    """
    Whether a guest could have vnuma but for its memory below its maxmem, with which xl and libxl refuse vnuma.

    One with devices is no set, and keeps vnuma: then its file has to say which of the two counts.
    """
    of_xen = reading.type == "hvm" and not (reading.source is not None and reading.source.of_qemu)
    balloons = of_xen and reading.vnodes is None and reading.memory_kib < reading.maxmem_kib
    return balloons and not devices_of(reading)


def sets_with_devices(instance: Instance, readings: dict[str, ParsedGuest]) -> list[GuestNote]:
    """Say of guests that can have no vnodes near their devices that they are on sets of pnodes all the same."""
    notes = []
    for guest in instance.guests:
        reading = readings.get(guest.name)
        if guest.form == "set" and guest.type != "hvm" and (guest.devices or (reading and devices_of(reading))):
            why = f"because Xen starts no vnuma for {guest.type}"
            out = 'type = "hvm" gives vnodes near them; it cannot be migrated while it has them'
            notes.append(
                about(guest.name, Note(f"is spread over a set of pnodes in spite of its devices, {why}: {out}"))
            )
    return notes


def may_be_apart(reading: ParsedGuest) -> bool:
    """
    Whether its memory and vcpus may be apart: a guest of Linux, as Xen cannot bind both.

    Cells of libvirt may be, which it binds only where its file does; nova wants both of a cell on one pnode.
    """
    source = reading.source
    return source is not None and (source.kind == "libvirt" or (source.of_qemu and reading.vnodes is None))
