"""What a guest that runs already may say of its vcpus."""

from __future__ import annotations

import pytest

from placer.instance.domain import Domain


def test_a_vcpu_bound_to_no_pcpu_is_refused_and_one_bound_to_any_is_not() -> None:
    assert Domain(name="db", affinity=(None, (3,))).affinity == (None, (3,))
    with pytest.raises(ValueError, match=r"^affinity of vcpu 1 is empty, expected pcpus or null$"):
        Domain(name="db", affinity=(None, (), ()))


def test_4096_vcpus_are_the_most() -> None:
    Domain(name="db", affinity=(None,) * 4096)
    with pytest.raises(ValueError, match=r"^4097 vcpus, expected at most 4096$"):
        Domain(name="db", affinity=(None,) * 4097)


def test_a_name_with_a_control_character_is_refused() -> None:
    with pytest.raises(ValueError, match=r"^name 'd\\x7fb' holds a control character$"):
        Domain(name="d\x7fb")
