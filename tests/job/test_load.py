"""What is said of the domains that run on a host and count as load."""

from __future__ import annotations

from msgspec.structs import replace

from placer.formats.base import RunningFacts
from placer.instance import Cpupool, Domain
from placer.job.load import load_notes
from tests.support.building import GIB, a_host

HOST = a_host(GIB, GIB, GIB)
POOLED = replace(HOST, cpupools=(Cpupool(name="Pool-0", pcpus=(0, 1, 2, 3)), Cpupool(name="rt", pcpus=(4, 5, 8))))
DOM0 = Domain(name="Domain-0", domid=0, affinity=(None, (0,)))
DB = Domain(name="db", domid=3, affinity=((0, 1, 2, 3),) * 2 + ((4, 5, 6, 7),) * 2)


def test_what_is_counted_and_what_is_not_is_said() -> None:
    assert load_notes(replace(HOST, domains=(DOM0, DB)), RunningFacts(affinity_known=True)) == (
        "6 vcpus of 2 running domains are counted as load",
        "bound to some of a pnode's pcpus, and counted as if bound to all of them: Domain-0",
    )
    assert load_notes(replace(HOST, domains=(DB,)), RunningFacts(affinity_known=True)) == (
        "4 vcpus of 1 running domain are counted as load",
        "the vcpus of Domain-0 are not counted: the xl vcpu-list given does not have them",
    )


def test_without_xl_vcpu_list_it_is_said_that_affinities_are_not_known() -> None:
    free = Domain(name="web", domid=4, affinity=(None, None))
    counted, spread, beside = load_notes(replace(HOST, domains=(DB, free)), RunningFacts(affinity_known=False))
    assert counted == "6 vcpus of 2 running domains are counted as load"
    assert spread == (
        "where 2 of these vcpus may run is not known, and they count as spread over all pnodes; --vcpu-list reads it "
        "from xl vcpu-list"
    )
    assert beside.startswith(
        "not counted are the vcpus of Domain-0, and of stub domains and guests of other toolstacks"
    )
    assert "--vcpu-list" in beside
    assert len(load_notes(replace(HOST, domains=(DB,)), RunningFacts(affinity_known=False))) == 2


def test_domains_that_xl_vcpu_list_lacks_are_named_unless_their_affinity_is_known() -> None:
    web = Domain(name="web", domid=4, affinity=(None, None))
    domains = replace(HOST, domains=(DOM0, DB, web))

    (lacking,) = set(load_notes(domains, RunningFacts(affinity_known=True, not_in_vcpu_list=("db", "web")))) - set(
        load_notes(domains, RunningFacts(affinity_known=True))
    )

    assert lacking == (
        "the xl vcpu-list given does not have these domains of xl list -l, whose vcpus count as spread over all "
        "pnodes (were both taken at the same time?): web"
    )


def test_a_mask_of_all_pcpus_of_a_pool_is_not_called_narrow() -> None:
    def notes(pool: str, mask: tuple[int, ...]) -> tuple[str, ...]:
        domain = Domain(name="db", domid=0, affinity=(mask,), pool=pool)
        return load_notes(replace(POOLED, domains=(domain,)), RunningFacts(affinity_known=True))

    assert notes("rt", (4, 5)) == ("1 vcpus of 1 running domain are counted as load",)
    assert notes("rt", (4, 8))[1] == "bound to some of a pnode's pcpus, and counted as if bound to all of them: db"
