"""What is left and what rules allow, as guests come and go."""

from __future__ import annotations

from placer.fleet.moves.goal import FleetGoal
from placer.fleet.moves.running import Running
from placer.fleet.moves.state import State
from tests.support.fleet_moves import running_fleet

HOSTS = [[(4, 8)], [(4, 8)], [(4, 8)]]
GUESTS = [[(1, 2)], [(1, 2)], [(1, 7)]]
AT = [(0, (0,)), (1, (0,)), (2, (0,))]


def state_of(*rules: object) -> State:
    return State(Running(running_fleet(HOSTS, GUESTS, AT, rules=rules), FleetGoal(), "libvirt"))


def test_a_guest_that_leaves_gives_back_what_it_took() -> None:
    state = state_of()
    before = state.free.copy()
    place = state.remove(0)
    assert (state.free[0] - before[0]).tolist() == [1, 2 << 20]
    state.put(0, place)
    assert (state.free == before).all()
    assert state.moved() == {}


def test_places_with_room_are_found_under_the_rules() -> None:
    state = state_of({"apart": ["g0", "g1"]})
    state.remove(0)
    k = state.running.class_of[0]
    fits = state.fitting(k, (0,))
    assert state.running.places(k).hosts[fits].tolist() == [0]  # h1 has g1, h2 has 1 GiB left


def test_masks_and_single_answers_agree_for_every_kind_of_rule() -> None:
    for rule in ({"apart": ["g0", "g1"]}, {"together": ["g0", "g1"]}, {"at_most": ["g0", "g1", "g2"], "most": 1}):
        rules = state_of(rule).rules
        rules.remove(0, 0)
        mask = rules.mask(0)
        assert mask is not None
        assert [rules.may(0, h) for h in range(3)] == mask.tolist()
    assert state_of().rules.mask(0) is None


def test_a_copy_changes_on_its_own() -> None:
    state = state_of({"apart": ["g0", "g1"]})
    other = state.copy()
    other.remove(0)
    assert state.at[0] is not None
    assert not state.rules.may(1, 0)
    assert other.rules.may(1, 0)
    assert (state.free != other.free).any()
