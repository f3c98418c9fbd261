"""Guests whose memory and vcpus stand on different pnodes, where no placement on pnodes with both exists."""

from __future__ import annotations

from collections.abc import Iterator

from msgspec.structs import replace

from placer.instance import Guest, Host, Instance, guest_of
from placer.instance.apart import cut_apart, may_be_cut, may_go_apart
from placer.solving.alone import fits_alone
from placer.solving.vnode_counts import USUAL_MOST, fewest_vnodes


def settled_apart(guest: Guest, host: Host) -> tuple[Guest, str] | None:
    """
    Settle a guest that alone finds no pnodes with both its memory and a pcpu for each of its vcpus.

    Returns
    -------
    (Guest, str) or None
        Taken apart, with the reason, where only pcpus are missing and that gives each vcpu one. Cut as few times as may
        be, for the solve to take it apart, where its memory fits only apart. None for a guest that may not be apart,
        need not be, or does not fit apart either; or where its file leaves both together on a host that has both
        everywhere.
    """
    if guest.flexible is None or not may_go_apart(guest, host):
        return None
    together = fewest_vnodes(guest, host, advice=False)
    if together.has_pcpus:
        return None
    cut = _fewest(guest, host, pcpus=True)
    if together.fits_alone and cut is not None:
        why = "vcpus also stand on pnodes without memory, because the others have no pcpu for each of its"
        return cut, f"{why} {guest.vcpu_count}"
    cut = cut or _fewest(guest, host, pcpus=False)
    if cut is None or together.fits_alone:
        return None
    least = may_be_cut(guest)[0]
    if guest.form == "set":  # in one piece, and not to be cut in the solve
        return replace(guest, flexible=replace(guest.flexible, least=least, most=least)), ""
    return guest.split_into(least), ""


def loosened(instance: Instance, *, misfits: bool = True) -> Iterator[Instance]:
    """
    Give the instance with the guests that may be apart taken apart: into as few vnodes as fit alone, then into more.

    Guests that a rule wants together with others, or of which it names vnodes, stay as they are. Nothing where the host
    has both everywhere, and no guest's file binds them apart.

    Parameters
    ----------
    misfits
        Whether guests that do not fit the host alone even apart are taken apart too, for the sake of the reason.
    """
    members = [
        member for rule in instance.rules for member in rule.members if rule.together or member != guest_of(member)
    ]
    ruled = {guest_of(member) for member in members}
    free = {
        guest.name
        for guest in instance.guests
        if may_go_apart(guest, instance.host) and not guest.one_to_one and guest.name not in ruled
    }
    if not misfits:
        alone = {g.name: g for g in instance.guests if g.name in free}
        free = {name for name, guest in alone.items() if _fewest(guest, instance.host, pcpus=False)}
    if not free:
        return
    seen: list[Instance] = []
    for more in range(USUAL_MOST):
        guests = tuple(_cut(guest, instance.host, more) if guest.name in free else guest for guest in instance.guests)
        one = replace(instance, guests=guests)
        if one not in seen:
            seen.append(one)
            yield one


def only(instance: Instance, apart: Instance, names: set[str]) -> Instance:
    """Give the instance with some of its guests as they are in another, where they are apart."""
    other = {guest.name: guest for guest in apart.guests}
    return replace(instance, guests=tuple(other[g.name] if g.name in names else g for g in instance.guests))


def _fewest(guest: Guest, host: Host, *, pcpus: bool) -> Guest | None:
    if not may_go_apart(guest, host):
        return None
    cuts = (cut_apart(guest, host, k) for k in may_be_cut(guest) if k <= 2 * USUAL_MOST)
    return next((cut for cut in cuts if fits_alone(cut, host, pcpus=pcpus)), None)


def _cut(guest: Guest, host: Host, more: int) -> Guest:
    """Cut a guest apart into as few vnodes as fit alone, or so many more; as few as may be where none fits."""
    counts = may_be_cut(guest)
    fewest = _fewest(guest, host, pcpus=True) or _fewest(guest, host, pcpus=False)
    least = fewest.seen_vnodes if fewest else counts[0]
    return cut_apart(guest, host, min(least + more, counts[-1]))
