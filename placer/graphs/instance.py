"""An instance as a bipartite networkx graph: guests and rules between them on one side, pnodes on the other."""

from __future__ import annotations

from typing import TYPE_CHECKING

from placer.instance import Guest, Host, Instance
from placer.instance.rules import guest_of

if TYPE_CHECKING:
    import networkx as nx


def instance_graph(instance: Instance) -> nx.Graph:
    """
    Draw who may stand where.

    Only what a guest's own file says counts: the pnodes it names, its affinity and its cpupool. Whether it fits there
    beside others is not a matter of the graph.

    Returns
    -------
    networkx.Graph
        Nodes ``("guest", name)``, ``("rule", i)`` with ``kind`` and ``("pnode", id)``, each with ``bipartite``: 0 for
        guests and rules, 1 for pnodes. An edge joins a guest and each pnode that some vnode of it may use, and a rule
        and each pnode that one of its guests may use. So guests of one connected component may meet, and those of two
        never do.

    Examples
    --------
    >>> from placer.instance import Pnode, Vnode
    >>> host = Host(pnodes=(Pnode(id=0, memory_kib=4, pcpus=(0,)), Pnode(id=8, memory_kib=4, pcpus=(1,))))
    >>> guest = Guest(name="db", vnodes=(Vnode(memory_kib=2, vcpus=(0,)),), pnodes=(8,))
    >>> list(instance_graph(Instance(host=host, guests=(guest,)))["guest", "db"])
    [('pnode', 8)]
    """
    import networkx as nx

    graph = nx.Graph()
    graph.add_nodes_from((("pnode", pnode.id) for pnode in instance.host.pnodes), bipartite=1)
    usable = {guest.name: usable_pnodes(guest, instance.host) for guest in instance.guests}
    for name, pnodes in usable.items():
        graph.add_node(("guest", name), bipartite=0)
        graph.add_edges_from((("guest", name), ("pnode", p)) for p in pnodes)
    for i, rule in enumerate(instance.rules):
        graph.add_node(("rule", i), bipartite=0, kind=rule.kind)
        names = dict.fromkeys(map(guest_of, rule.members))
        graph.add_edges_from((("rule", i), ("pnode", p)) for name in names for p in usable[name])
    return graph


def usable_pnodes(guest: Guest, host: Host) -> list[int]:
    """
    List the pnodes, by id, that some vnode of a guest may use.

    A vnode that names its pnode may use that one. Any other may use the guest's pnodes on which each of its vcpus may
    run, by its affinity and its cpupool; without vcpus, all of these.
    """
    usable: set[int] = set()
    pool = host.pcpus_of_effective_pool(guest.pool)
    for vnode in guest.vnodes or (None,):
        if vnode is not None and vnode.pnode is not None:
            usable.add(vnode.pnode)
            continue
        own = vnode.vcpus if vnode is not None else ()
        masks = [guest.hard_affinity[vcpu] if guest.hard_affinity else None for vcpu in own]
        if vnode is None:
            masks = [None]  # a guest that is not cut yet runs on any of its pool
        for pnode in host.pnodes:
            free = pool.intersection(pnode.pcpus)
            if all(free if mask is None else free.intersection(mask) for mask in masks):
                usable.add(pnode.id)
    return [
        pnode.id for pnode in host.pnodes if pnode.id in usable and (guest.pnodes is None or pnode.id in guest.pnodes)
    ]
