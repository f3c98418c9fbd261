"""The texts are those of Xen 4.17.5 with one guest of three vnodes, cut short."""

from __future__ import annotations

from tests.xen.readback import Affinity, Domain, GuestTables, RunningVnode, read_numa_dump, read_tables, read_vcpu_list

DUMP = """\
(XEN) 'u' pressed -> dumping numa info (now = 1)
(XEN) NODE0 start->0 size->393216 free->1
(XEN) 'u' pressed -> dumping numa info (now = 19860075400)
(XEN) NODE0 start->0 size->393216 free->339619
(XEN) NODE1 start->393216 size->917504 free->356527
(XEN) CPU0...1 -> NODE0
(XEN) Memory location of each domain:
(XEN) Domain 0 (total: 131072):
(XEN)     Node 0: 18619
(XEN)     Node 1: 112453
(XEN) Domain 7 (total: 131056):
(XEN)     Node 0: 0
(XEN)     Node 1: 131056
(XEN)      3 vnodes, 4 vcpus, guest physical layout:
(XEN)          0: pnode   1, vcpus 0-1 3 
(XEN)            0000000000000000 - 0000000004000000
(XEN)          1: pnode   1, vcpus 2
(XEN)            0000000004000000 - 0000000008000000
(XEN)          2: pnode ???, vcpus 
"""  # noqa: W291

VCPUS = """\
Name                                ID  VCPU   CPU State   Time(s) Affinity (Hard / Soft)
Domain-0                             0     0    4   r--      17.7  all / all
db                                   7     0    6   ---       0.0  all / 6-7
db                                   7     1    -   --p       0.0  0-3,5 / 2-3
"""

TABLES = """\
(d7) Booting from c000:003c
(d7) SRAT cpu 0000000000000000 0000000000000000 
(d7) SRAT cpu 0000000000000002 0000000000000001 
(d7) SRAT memory 0000000000000000 00000000f0000000 0000000000000000 
(d7) SRAT memory 0000000100000000 0000000010000000 0000000000000000 
(d7) SRAT memory 0000000110000000 0000000004000000 0000000000000001 
(d7) SLIT 000000000000000a 000000000000000c 
(d8) SLIT 00000000000000ff 
(d7) SLIT 000000000000000e 000000000000000a 
"""  # noqa: W291


def test_the_last_numa_dump_is_read() -> None:
    dump = read_numa_dump(DUMP)
    assert dump.free_pages == {0: 339619, 1: 356527}
    assert dump.domains[0] == Domain(pages={0: 18619, 1: 112453})
    assert dump.domains[7].pages == {1: 131056}
    assert dump.domains[7].vnodes == [RunningVnode(1, (0, 1, 3)), RunningVnode(1, (2,)), RunningVnode(None, ())]


def test_the_affinities_of_vcpus_are_read() -> None:
    affinity_of = read_vcpu_list(VCPUS)
    assert affinity_of["Domain-0"] == [Affinity(None, None)]
    assert affinity_of["db"] == [Affinity(None, (6, 7)), Affinity((0, 1, 2, 3, 5), (2, 3))]


def test_a_guests_tables_are_read_and_those_of_others_left() -> None:
    assert read_tables(TABLES, 7) == GuestTables(
        vnode_of={0: 0, 1: 1}, memory_kib={0: 4 << 20, 1: 64 << 10}, slit=[[10, 12], [14, 10]]
    )
