"""Notes on bindings that a placement contradicts."""

from __future__ import annotations

from dataclasses import replace

from msgspec.structs import replace as change

from placer.formats.base import Binding, ParsedGuest, ParsedHost
from placer.instance import Host, Placement, Pnode, Vnode
from placer.job.binding_notes import binding_notes
from placer.job.request import assemble, from_instance

GIB = 1024**2
HOST = Host(pnodes=tuple(Pnode(id=p, memory_kib=4 * GIB, pcpus=(2 * p, 2 * p + 1)) for p in (0, 1)))
GUEST = ParsedGuest(
    name="a",
    type="hvm",
    vcpu_count=2,
    memory_kib=2 * GIB,
    maxmem_kib=2 * GIB,
    vnodes=(Vnode(memory_kib=GIB, vcpus=(0,)), Vnode(memory_kib=GIB, vcpus=(1,))),
)


def notes(binding: Binding, *pnodes: int) -> list[str]:
    request = assemble(ParsedHost(host=HOST), [replace(GUEST, bindings=(binding,))])
    return binding_notes(request, Placement(pnode_of={"a": pnodes}))


def test_a_binding_within_the_pnodes_of_the_guest_or_cell_is_no_note() -> None:
    whole = Binding(what="its pin", pnodes=(1,), way="move it")
    assert notes(whole, 0, 1) == []
    assert notes(whole, 0, 0) == ['guest "a": its pin is on pnode 1, the placement on pnode 0: move it']
    assert notes(replace(whole, cell=0), 0, 1) == [
        'guest "a": its pin is on pnode 1, the placement on pnode 0: move it'
    ]
    assert notes(replace(whole, cell=1), 0, 1) == []


def test_a_nodeset_that_is_replaced_is_noted_where_it_differs() -> None:
    nodeset = Binding(what="its nodeset", pnodes=(0, 1), way="and it is written so", replaced=True)
    assert notes(nodeset, 0, 1) == []
    assert notes(nodeset, 1, 1) == [
        'guest "a": its nodeset names pnodes 0-1; the placement has it on pnode 1, and it is written so'
    ]


def test_a_nodeset_is_compared_with_where_memory_lies_whatever_pnodes_its_vcpus_have() -> None:
    nodeset = Binding(what="its nodeset", pnodes=(0,), way="and it is written so", replaced=True)
    apart = (Vnode(memory_kib=2 * GIB, pnodes=(0,)), Vnode(memory_kib=0, vcpus=(0, 1), vcpus_of=0))
    request = assemble(ParsedHost(host=HOST), [replace(GUEST, vnodes=apart, bindings=(nodeset,))])
    assert binding_notes(request, Placement(pnode_of={"a": (0, 1)})) == []


def test_a_preference_for_one_pnode_is_noted_wherever_the_guest_is_on_several() -> None:
    one = Binding(what="its preference", pnodes=(0,), way="and it is written so", replaced=True, preferred=True)
    stays = "it stays for memory in no cell, and cells without a memnode get one in this mode (--format libvirt)"
    for pnodes, names in (((0,), "pnode 0"), ((0, 1), "pnodes 0-1")):  # several: libvirt from 9.3 on takes that
        assert notes(replace(one, pnodes=pnodes), 0, 1) == [
            f'guest "a": its preference names {names}; the placement has it on pnodes 0-1, {stays}'
        ]
    assert notes(one, 0, 0) == []
    unstated = replace(GUEST, vnodes=None, memory_kib=5 * GIB, maxmem_kib=5 * GIB, bindings=(one,), type="pv")
    request = assemble(ParsedHost(host=HOST), [unstated])
    (guest,) = request.instance.guests
    request = from_instance(change(request.instance, guests=(guest.split_into(2),)), place="x")
    request = replace(request, readings={"a": unstated})
    (note,) = binding_notes(request, Placement(pnode_of={"a": (0, 1)}))
    assert note.endswith('mode "interleave" is written for it (--format libvirt), as a preference is for one pnode')
