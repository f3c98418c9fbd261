from __future__ import annotations

import pytest

from placer.formats.base import GuestSource, ParsedGuest, SourceKind
from placer.instance import Guest, Vnode


@pytest.mark.parametrize(("kind", "qemu"), [("xl", False), ("libxl", False), ("libvirt", True), ("flavor", True)])
def test_qemu_runs_the_guests_of_libvirt_and_openstack_and_xen_the_others(kind: SourceKind, qemu: bool) -> None:
    assert GuestSource(kind=kind, place="db", text="").of_qemu is qemu


def test_what_a_file_leaves_out_is_what_an_instance_takes_for_it() -> None:
    parsed = ParsedGuest(name="db", type="hvm", vcpu_count=1, memory_kib=1024, maxmem_kib=1024)
    guest = Guest(name="db", vnodes=(Vnode(memory_kib=1024, vcpus=(0,)),))
    shared = {name for name in ParsedGuest.__dataclass_fields__ if name in Guest.__struct_fields__}
    left_out = shared - {"name", "vnodes"}
    assert left_out == {
        *("type", "pnodes", "pool", "hard_affinity", "soft_affinity", "vdistances", "cpu_policy", "dedicated_vcpus"),
        *("topology", "thread_policy", "one_to_one", "devices", "overhead_kib", "online_vcpus", "page_size"),
    }
    assert [(name, getattr(parsed, name)) for name in left_out] == [(name, getattr(guest, name)) for name in left_out]
