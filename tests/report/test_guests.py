"""The rows of guests: worked by hand."""

from __future__ import annotations

from placer.instance import Placement
from placer.report.guests import guest_rows
from tests.support.building import GIB, a_guest, a_host, an_instance


def test_each_vnode_has_a_row_and_the_first_one_the_name_and_the_mean() -> None:
    instance = an_instance(a_host(8 * GIB, 4 * GIB), a_guest(3 * GIB, 2 * GIB, vcpus=(2, 0)))
    rows = guest_rows(instance, Placement(pnode_of={"db": (0, None)}), {"db": 14.4})
    assert rows == [("db", 0, "3 GiB", "2 (0-1)", 0, 14.4), ("", 1, "2 GiB", "0", "none", "")]


def test_a_dedicated_vcpu_that_owns_no_pcpu_is_listed_all_the_same() -> None:
    instance = an_instance(a_host(8 * GIB), a_guest(GIB, vcpus=(2,), cpu_policy="dedicated"))
    without, with_one = Placement(pnode_of={"db": (0,)}), Placement(pnode_of={"db": (0,)}, pcpu_of={"db": (3, None)})
    assert guest_rows(instance, without, {})[0][3] == "2 (0-1)"
    assert guest_rows(instance, with_one, {})[0][3] == "2 (0-1), on pcpus 3"


def test_a_set_has_one_row_with_all_of_its_pnodes() -> None:
    guest = a_guest(GIB, GIB, form="set", one_to_one=True)
    rows = guest_rows(an_instance(a_host(8 * GIB, 4 * GIB), guest), Placement(pnode_of={"db": (0, 1)}), {"db": None})
    assert rows == [("db", "set", "2 GiB", "2 (0-1)", "0-1", None)]
