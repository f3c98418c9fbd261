"""What runs as load: the domains of both lists of xl together."""

from __future__ import annotations

from dataclasses import replace as change

from msgspec.structs import replace

from placer.audit.load import running_domains
from placer.formats.xl.list_domains import RunningGuest
from placer.instance import Domain
from tests.support.building import GIB, MIB, a_host

HOST = a_host(GIB, GIB, GIB)
DOM0 = Domain(name="Domain-0", domid=0, affinity=(None, (0,)))
DB = RunningGuest(
    domain=Domain(name="db", domid=3, affinity=((0, 1, 2, 3),) * 2 + ((4, 5, 6, 7),) * 2),
    memory_kib=512 * MIB,
    video_kib=0,
    vnodes=None,
    stated=None,
)


def test_xl_vcpu_list_knows_better_what_vcpus_are_bound_to_and_knows_domain_0() -> None:
    moved = Domain(name="db", domid=3, affinity=((0,), (0,), None, None))
    assert running_domains([DB], [DOM0, moved]) == (DOM0, moved)
    assert running_domains([DB], [DOM0]) == (DOM0, DB.domain)


def test_domains_that_xl_list_leaves_out_are_load_too() -> None:
    stub = Domain(name="db-dm", domid=4, affinity=(None,))
    assert running_domains([DB], [DOM0, DB.domain, stub]) == (DOM0, DB.domain, stub)


def test_running_domains_keep_the_pool_that_xl_list_knows_and_the_affinity_that_vcpu_list_knows() -> None:
    guest = change(DB, domain=replace(DB.domain, pool="rt"))
    listed = [replace(DB.domain, affinity=(None,) * 4)]
    assert running_domains([guest], listed) == (replace(guest.domain, affinity=(None,) * 4),)


def test_which_vcpus_are_online_is_in_xl_list() -> None:
    guest = change(DB, domain=replace(DB.domain, online_vcpus=(0, 2)))
    found = running_domains([guest], [DB.domain])
    assert [domain.online_affinity for domain in found] == [((0, 1, 2, 3), (4, 5, 6, 7))]
