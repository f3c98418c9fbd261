"""Which items are counted together, and hints that fix every variable of a model."""

from __future__ import annotations

import numpy as np
from msgspec.structs import replace

from placer.assignment.cpsat.variables import Variables
from placer.assignment.structure.term_index import TermIndex
from placer.instance import Instance, Vnode
from placer.lowering.lower import lower
from tests.support.building import GIB, OPTERON_6272, a_guest, a_host, an_instance, tree_slit
from tests.support.model_alone import hint_is_complete
from tests.support.random_instances import random_instance


def variables_of(instance: Instance) -> Variables:
    return Variables(TermIndex(lower(instance).problem))


def test_a_hint_is_a_complete_solution_of_the_model() -> None:
    checked = 0
    for seed in range(40):
        problem = lower(random_instance(seed), allow_unplaced=seed % 2 == 0).problem
        rows = np.random.default_rng(seed).integers(problem.m, size=(500, problem.n))
        good = rows[problem.feasible(rows)]
        if len(good):
            assert hint_is_complete(problem, good[0]), seed
            checked += 1
    assert checked > 25


def test_a_hint_is_complete_with_equal_guests_counts_and_slots() -> None:
    twins = [a_guest(2 * GIB, GIB, GIB, GIB, name=name) for name in "abc"]
    guests = [*twins, a_guest(GIB, name="d"), a_guest(GIB, name="e")]
    for slit in (tree_slit((2, 4, 8), (10, 16, 19, 21)), OPTERON_6272):
        problem = lower(an_instance(a_host(*(9 * GIB,) * 8, slit=slit), *guests), allow_unplaced=True).problem
        for seed in range(5):
            assert hint_is_complete(problem, np.random.default_rng(seed).integers(9, size=problem.n)), seed


def test_a_fixed_vnode_has_one_variable() -> None:
    guest = replace(a_guest(GIB, GIB), vnodes=(Vnode(memory_kib=GIB, pnode=1), Vnode(memory_kib=GIB, vcpus=())))
    assert [sorted(unit.count) for unit in variables_of(an_instance(a_host(GIB, GIB), guest)).units] == [[1], [0, 1]]


def test_equal_vnodes_are_counted_and_unequal_ones_decided_one_by_one() -> None:
    host = a_host(4 * GIB, 4 * GIB, slit=((10, 20), (20, 10)))
    among_three = ((0, 0, 1, 1), (0, 0, 0, 0), (1, 0, 0, 1), (1, 0, 1, 0))
    units = variables_of(an_instance(host, a_guest(GIB, 2 * GIB, GIB, GIB, traffic=among_three))).units
    assert sorted(unit.items for unit in units) == [(0, 2, 3), (1,)]


def test_equal_vnodes_with_flows_to_another_are_decided_one_by_one() -> None:
    # vnodes 0 and 1 are alike, but send to vnode 2: counts of them would not say which pair is how far apart
    star = a_guest(GIB, GIB, 2 * GIB, traffic=((0, 0, 3), (0, 0, 3), (0, 0, 0)))
    host = a_host(4 * GIB, 4 * GIB, slit=((10, 20), (20, 10)))
    assert sorted(unit.items for unit in variables_of(an_instance(host, star)).units) == [(0,), (1,), (2,)]


def test_values_are_decoded_to_sites_in_ascending_order_within_a_class() -> None:
    host = a_host(4 * GIB, 4 * GIB, slit=((10, 20), (20, 10)))
    variables = variables_of(an_instance(host, a_guest(GIB, GIB, GIB)))
    (unit,) = variables.units
    values = {unit.count[0].index: 1, unit.count[1].index: 2}
    assert variables.decode(lambda var: values[var.index]).tolist() == [0, 1, 1]


def two_of_two() -> Instance:
    host = a_host(4 * GIB, 4 * GIB, slit=((10, 20), (20, 10)))
    return an_instance(host, *(a_guest(GIB, 2 * GIB, name=name) for name in "ab"))


def test_a_listed_group_has_one_boolean_for_each_assignment_and_its_vnodes_share_it_where_they_stand_together() -> None:
    index = TermIndex(lower(two_of_two()).problem)
    variables = Variables(index, {0: np.array([[0, 0], [1, 1]]), 1: np.array([[0, 0], [0, 1], [1, 1]])})
    assert [len(group.chosen) for group in variables.groups] == [2, 3]
    alone = [variables.unit_of[v].count for v in (0, 1)]
    assert alone[0][0].index == alone[1][0].index == variables.groups[0].chosen[0].index
    # vnode 0 of the second guest is on pnode 0 in two assignments, vnode 1 in one of them
    assert variables.unit_of[2].count[0].index not in {var.index for var in variables.groups[1].chosen}
    assert variables.unit_of[3].count[0].index == variables.groups[1].chosen[0].index
    assert variables.listed_together(2, 3)
    assert not variables.listed_together(1, 2)


def test_a_load_sums_listed_groups_and_others() -> None:
    index = TermIndex(lower(two_of_two()).problem)
    variables = Variables(index, {1: np.array([[0, 0], [0, 1]])})
    load = variables.load(np.array([1, 2, 4, 8]), [0])
    together, apart = (var.index for var in variables.groups[0].chosen)
    x, y = (variables.unit_of[v].count[0].index for v in (0, 1))
    assert sorted((var.index, c) for var, c in load.terms) == sorted([(x, 1), (y, 2), (together, 12), (apart, 4)])


def test_a_hint_and_what_is_decoded_are_the_assignments_chosen() -> None:
    index = TermIndex(lower(two_of_two()).problem)
    variables = Variables(index, {g: np.array([[0, 0], [0, 1], [1, 1]]) for g in (0, 1)})
    site_of = np.array([0, 0, 0, 1])
    variables.hint(site_of)
    hint = dict(zip(variables.model.proto.solution_hint.vars, variables.model.proto.solution_hint.values, strict=True))
    assert len(hint) == len(variables.model.proto.variables)
    assert variables.decode(lambda var: hint[var.index]).tolist() == site_of.tolist()
