"""What a host's cpupools must agree on."""

from __future__ import annotations

import pytest

from placer.instance.cpupool import Cpupool, check_cpupools

KNOWN = range(8)


def test_pools_that_share_no_pcpu_are_taken_and_one_may_be_empty() -> None:
    pools = (Cpupool(name="Pool-0", pcpus=(0, 1)), Cpupool(name="rt", pcpus=(7, 2)), Cpupool(name="spare"))
    check_cpupools(pools, KNOWN)


@pytest.mark.parametrize(
    ("pools", "said"),
    [
        ((Cpupool(name="a", id=3), Cpupool(name="b"), Cpupool(name="c", id=3)), "two cpupools have the id 3"),
        ((Cpupool(name="rt"), Cpupool(name="rt")), 'two cpupools have the name "rt"'),
        ((Cpupool(name="rt", pcpus=(7, 8, 9, 12)),), 'cpupool "rt": no pcpu 8-9,12 on this host'),
        (
            (Cpupool(name="a", pcpus=(0, 3)), Cpupool(name="b", pcpus=(3,))),
            'pcpu 3 is in cpupool "a" and again in "b", expected in one',
        ),
        ((Cpupool(name="a", pcpus=(3, 3)),), 'pcpu 3 is in cpupool "a" and again in "a", expected in one'),
    ],
)
def test_pools_that_do_not_go_together_are_refused(pools: tuple[Cpupool, ...], said: str) -> None:
    with pytest.raises(ValueError, match=f"^{said}$"):
        check_cpupools(pools, KNOWN)


def test_a_name_with_a_control_character_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^name 'r\\x1bt' holds a control character$"):
        Cpupool(name="r\x1bt")
