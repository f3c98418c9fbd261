"""What a host has left while guests start and stop, worked by hand."""

from __future__ import annotations

import pickle

import pytest

import placer
from placer.instance.units import parse_size

GIB = parse_size("1GiB")


def host(**more: object) -> placer.Host:
    """Two pnodes of 8 GiB with four pcpus each."""
    pnodes = tuple(placer.Pnode(id=p, memory_kib=8 * GIB, pcpus=tuple(range(4 * p, 4 * p + 4))) for p in (0, 1))
    return placer.Host(pnodes=pnodes, **more)  # type: ignore[arg-type]


def guest(name: str, *gib: int, **more: object) -> placer.Guest:
    vnodes = tuple(placer.Vnode(memory_kib=each * GIB, vcpus=(v,)) for v, each in enumerate(gib))
    return placer.Guest(name=name, vnodes=vnodes, **more)  # type: ignore[arg-type]


def free_gib(state: placer.State) -> list[float]:
    return [pnode.memory_kib / GIB for pnode in state.host.pnodes]


def start(state: placer.State, one: placer.Guest) -> placer.Placement:
    answer = placer.solve(state.instance([one]))
    state.start(answer)
    assert answer.placement is not None
    return answer.placement


def test_memory_and_vcpus_are_missing_while_a_guest_runs_and_no_longer() -> None:
    state = placer.State(host())
    before = state.host
    vnodes = tuple(placer.Vnode(memory_kib=gib * GIB, vcpus=(v,), pnode=v) for v, gib in enumerate((6, 5)))
    fixed = placer.Guest(name="db", vnodes=vnodes)
    assert start(state, fixed).pnode_of["db"] == (0, 1)
    assert free_gib(state) == [2, 3]
    assert state.host.domains == (placer.Domain(name="db", affinity=((0, 1, 2, 3), (4, 5, 6, 7))),)
    state.stop("db")
    assert state.host == before
    assert state.names == ()


def test_overhead_is_missing_where_it_lands() -> None:
    """1 GiB of overhead falls in halves on both pnodes beside a guest with vnuma, whole on its own beside others."""
    state = placer.State(host())
    start(state, guest("db", 2, pnodes=(1,), overhead_kib=GIB))
    assert free_gib(state) == [7.5, 5.5]
    state.stop("db")
    start(state, guest("db", 2, pnodes=(1,), overhead_kib=GIB, form="whole"))
    assert free_gib(state) == [8, 5]


def test_the_next_guest_takes_no_pcpu_that_is_owned() -> None:
    state = placer.State(host(dedicated_pcpus=(0, 1, 4, 5)))
    owned = [start(state, guest(name, 1, cpu_policy="dedicated")).pcpu_of[name][0] for name in ("a", "b", "c", "d")]
    assert sorted(pcpu for pcpu in owned if pcpu is not None) == [0, 1, 4, 5]
    full = placer.solve(state.instance([guest("e", 1, cpu_policy="dedicated")]))
    assert full.status is placer.Status.INFEASIBLE
    state.stop("b")
    assert start(state, guest("e", 1, cpu_policy="dedicated")).pcpu_of["e"] == (owned[1],)


def test_a_device_is_of_one_guest_at_a_time() -> None:
    state = placer.State(host(devices=(placer.Device(id="0000:3b:00.0", pnode=1),)))
    assert start(state, guest("net", 1, devices=("0000:3b:00.0",))).pnode_of["net"] == (1,)
    with pytest.raises(placer.InputError, match="0000:3b:00"):
        state.instance([guest("other", 1, devices=("0000:3b:00.0",))])
    state.stop("net")
    assert len(state.host.devices) == 1


def test_an_answer_that_no_longer_fits_is_refused() -> None:
    """Both were planned on the same host, where 6 GiB fit once on each pnode that they may use."""
    state = placer.State(host())
    answers = [placer.solve(state.instance([guest(name, 6, pnodes=(0,))])) for name in ("a", "b")]
    state.start(answers[0])
    with pytest.raises(placer.InputError, match=r"^answer: it fits the host no longer: "):
        state.start(answers[1])
    assert (state.names, free_gib(state)) == (("a",), [2, 8])


def test_a_guest_runs_once() -> None:
    state = placer.State(host(domains=(placer.Domain(name="Domain-0", affinity=(None,)),)))
    answer = placer.solve(state.instance([guest("a", 1)]))
    state.start(answer)
    with pytest.raises(placer.InputError, match='guest "a" runs already'):
        state.start(answer)
    with pytest.raises(placer.InputError, match='guest "a" runs already'):
        state.instance([guest("a", 1)])
    with pytest.raises(placer.InputError, match='no guest "Domain-0" was started here'):
        state.stop("Domain-0")


def test_guests_that_stay_unplaced_do_not_start() -> None:
    state = placer.State(host())
    instance = state.instance([guest("small", 1), guest("big", 9)])
    answer = placer.solve(instance, allow_unplaced=True)
    state.start(answer)
    assert state.names == ("small",)


def test_an_answer_without_placement_starts_nothing() -> None:
    state = placer.State(host())
    answer = placer.solve(state.instance([guest("big", 9)]))
    with pytest.raises(placer.InputError, match="expected an answer with a placement, got INFEASIBLE"):
        state.start(answer)


def test_the_pnodes_of_an_exclusive_guest_stay_its_own() -> None:
    state = placer.State(host())
    answer = placer.solve(state.instance([guest("only", 1)], rules=[placer.Rule(exclusive="only")]))
    state.start(answer)
    assert answer.placement is not None
    (taken,) = answer.placement.pnode_of["only"]
    assert start(state, guest("a", 1)).pnode_of["a"] == (1 - (taken or 0),)
    state.stop("only")
    assert state.instance([guest("b", 1)]).guests[0].pnodes is None


def test_a_new_guest_keeps_apart_from_a_started_one_or_joins_it() -> None:
    state = placer.State(host())
    (first,) = start(state, guest("a", 1)).pnode_of["a"]
    assert first is not None
    apart = placer.solve(state.instance([guest("b", 1)], rules=[placer.Rule(apart=["a", "b"])]))
    joined = placer.solve(state.instance([guest("c", 1)], rules=[placer.Rule(together=["c", "a"])]))
    assert apart.placement is not None
    assert joined.placement is not None
    assert (apart.placement.pnode_of["b"], joined.placement.pnode_of["c"]) == ((1 - first,), (first,))


def test_a_state_goes_on_after_a_pickle() -> None:
    state = placer.State(host())
    start(state, guest("a", 3))
    again = pickle.loads(pickle.dumps(state))
    assert (again.names, again.host) == (state.names, state.host)
    again.stop("a")
    assert free_gib(again) == [8, 8]
    assert state.names == ("a",)


@pytest.mark.parametrize("guests", [None, "db", guest("one", 1), [3]])
def test_what_is_no_list_of_guests_is_refused(guests: object) -> None:
    with pytest.raises(placer.InputError, match=r"^guests: expected "):
        placer.State(host()).instance(guests)  # type: ignore[arg-type]


def test_a_set_that_runs_loads_all_of_its_pnodes() -> None:
    """10 GiB take parts of 5 GiB on both pnodes, and each vcpu may run on all eight pcpus."""
    state = placer.State(host())
    flexible = placer.Flexible(memory_kib=10 * GIB, vcpu_count=2, least=2, most=2)
    start(state, placer.Guest(name="wide", form="set", flexible=flexible))
    assert state.host.domains[0].affinity == (tuple(range(8)),) * 2
    assert free_gib(state) == [3, 3]
