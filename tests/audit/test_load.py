"""What runs as load: the domains of both lists of xl together, and what is said of them."""

from __future__ import annotations

from dataclasses import replace as change

from msgspec.structs import replace

from placer.audit.load import load_notes, running_domains
from placer.formats.xl.list_domains import RunningGuest
from placer.instance import Cpupool, Domain
from tests.support.building import GIB, MIB, a_host

HOST = a_host(GIB, GIB, GIB)
POOLED = replace(HOST, cpupools=(Cpupool(name="Pool-0", pcpus=(0, 1, 2, 3)), Cpupool(name="rt", pcpus=(4, 5, 8))))
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
    assert load_notes(replace(HOST, domains=found), affinity_known=True)[0].startswith("2 vcpus of 1 running domain")


def test_what_is_counted_and_what_is_not_is_said() -> None:
    assert load_notes(replace(HOST, domains=(DOM0, DB.domain)), affinity_known=True) == (
        "6 vcpus of 2 running domains are counted as load",
        "bound to some of a pnode's pcpus, and counted as if bound to all of them: Domain-0",
    )
    assert load_notes(replace(HOST, domains=(DB.domain,)), affinity_known=True) == (
        "4 vcpus of 1 running domain are counted as load",
        "the vcpus of Domain-0 are not counted: the xl vcpu-list given does not have them",
    )


def test_without_xl_vcpu_list_it_is_said_that_affinities_are_not_known() -> None:
    free = Domain(name="web", domid=4, affinity=(None, None))
    counted, spread, beside = load_notes(replace(HOST, domains=(DB.domain, free)), affinity_known=False)
    assert counted == "6 vcpus of 2 running domains are counted as load"
    assert spread == (
        "where 2 of these vcpus may run is not known, and they count as spread over all pnodes; --vcpu-list reads it "
        "from xl vcpu-list"
    )
    assert beside.startswith(
        "not counted are the vcpus of Domain-0, and of stub domains and guests of other toolstacks"
    )
    assert "--vcpu-list" in beside
    assert len(load_notes(replace(HOST, domains=(DB.domain,)), affinity_known=False)) == 2


def test_a_mask_of_all_pcpus_of_a_pool_is_not_called_narrow() -> None:
    def notes(pool: str, mask: tuple[int, ...]) -> tuple[str, ...]:
        domain = Domain(name="db", domid=0, affinity=(mask,), pool=pool)
        return load_notes(replace(POOLED, domains=(domain,)), affinity_known=True)

    assert notes("rt", (4, 5)) == ("1 vcpus of 1 running domain are counted as load",)
    assert notes("rt", (4, 8))[1] == "bound to some of a pnode's pcpus, and counted as if bound to all of them: db"
