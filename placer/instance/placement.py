"""A placement: the pnode of each vnode, and the pcpu of each dedicated vcpu."""

from __future__ import annotations

from msgspec import field

from placer.instance.apart import as_cut
from placer.instance.checked import Checked
from placer.instance.guest import Guest
from placer.instance.host import Host
from placer.instance.instance import Instance


class Placement(Checked, frozen=True, kw_only=True, forbid_unknown_fields=True):
    """
    The pnodes of the vnodes of each guest, and the pcpus of its dedicated vcpus.

    Parameters
    ----------
    pnode_of
        Guest name -> for each of its vnodes the id of its pnode; None for a vnode without a pnode.
    pcpu_of
        Name of a guest with dedicated vcpus -> for each of its vcpus the pcpu that it owns; None if it owns none.
    sets
        Names of the guests whose memory is spread over a set of pnodes, without vnuma.
    apart
        Names of the guests that placer took apart: vnodes of memory, and after them vnodes of vcpus.
    """

    pnode_of: dict[str, tuple[int | None, ...]]
    pcpu_of: dict[str, tuple[int | None, ...]] = field(default_factory=dict)
    sets: tuple[str, ...] = ()
    apart: tuple[str, ...] = ()

    def counts(self) -> dict[str, int]:
        """Guest name -> its number of vnodes."""
        return {name: len(pnodes) for name, pnodes in self.pnode_of.items()}

    def complete(self) -> bool:
        """Whether every vnode has a pnode."""
        return all(pnode is not None for pnodes in self.pnode_of.values() for pnode in pnodes)

    def faults(self, instance: Instance) -> list[str]:
        """
        Say what keeps this from being a placement of the instance; breaking rules does not.

        Returns
        -------
        list of str
            One message for each guest that is missing or unknown, each wrong number of vnodes or vcpus, and each pnode
            or pcpu that the host does not have.
        """
        guests = {guest.name: guest for guest in instance.guests}
        faults = [f'no guest "{name}" in the instance' for name in self.pnode_of if name not in guests]
        for name, guest in guests.items():
            pnodes = self.pnode_of.get(name)
            if pnodes is None:
                faults.append(f'guest "{name}" is missing')
            elif not _allows(guest, len(pnodes), instance.host, apart=name in self.apart):
                counts = guest.flexible.counts if guest.flexible else range(len(guest.vnodes), len(guest.vnodes) + 1)
                wanted = f"{counts[0]}" if len(counts) == 1 else f"{counts[0]} to {counts[-1]}"
                faults.append(f'guest "{name}" has {len(pnodes)} pnodes for {wanted} vnodes')
            else:
                unknown = [p for p in pnodes if p is not None and p not in instance.host.position_of]
                faults.extend(f'guest "{name}": no pnode {p} on this host' for p in unknown)
        return faults + self._pcpu_faults(instance)

    def _pcpu_faults(self, instance: Instance) -> list[str]:
        guests, known = {guest.name: guest for guest in instance.guests}, instance.host.position_of_pcpu
        faults = [f'pcpus: no guest "{name}" in the instance' for name in self.pcpu_of if name not in guests]
        for name in self.pcpu_of.keys() & guests.keys():
            pcpus, count = self.pcpu_of[name], guests[name].vcpu_count
            if len(pcpus) != count:
                faults.append(f'guest "{name}" has {len(pcpus)} pcpus for {count} vcpus')
            faults += [f'guest "{name}": no pcpu {p} on this host' for p in pcpus if p is not None and p not in known]
        return faults


def _allows(guest: Guest, count: int, host: Host, *, apart: bool) -> bool:
    """Whether a guest may have so many vnodes in all, as it is or taken apart."""
    return as_cut(guest, host, count) is not None if apart else guest.allows_vnode_count(count)
