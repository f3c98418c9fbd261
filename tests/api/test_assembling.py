"""One Request of a host and guests, with rules, an objective and choices."""

from __future__ import annotations

import pytest

import placer
from tests.support.commands import INSTANCES

XL = INSTANCES / "xl"


def test_rules_and_objective_go_into_the_instance() -> None:
    host = placer.read_host(XL / "host.txt")
    guests = [guest for name in ("db", "web") for guest in placer.read_guests(XL / f"{name}.cfg", host)]
    names = [guest.name for guest in guests]
    rule = placer.Rule(apart=tuple(names))
    request = placer.assemble(host, guests, rules=[rule], objective=placer.Objective(shape="spread"))
    assert request.instance.rules == (rule,)
    assert request.instance.objective.shape == "spread"
    answer = placer.solve(request.instance)
    assert answer.placement is not None
    first, second = (set(answer.placement.pnode_of[name]) for name in names)
    assert first.isdisjoint(second)


def test_a_rule_between_guests_that_are_not_there_is_refused() -> None:
    host = placer.read_host(XL / "host.txt")
    with pytest.raises(placer.InputError, match='"gone"'):
        placer.assemble(host, placer.read_guests(XL / "db.cfg", host), rules=[placer.Rule(exclusive="gone")])


@pytest.mark.parametrize("vnodes", ["most", (1,), (1, 2, 3), (1.0, 2), [1, 2]])
def test_a_choice_of_vnodes_is_a_pair_or_a_word(vnodes: object) -> None:
    with pytest.raises(placer.InputError, match=r'^vnodes: expected \(least, most\), "fewest" or None'):
        placer.assemble(placer.read_host(XL / "host.txt"), [], vnodes=vnodes)  # type: ignore[arg-type]
