from __future__ import annotations

import json

from hypothesis import given
from hypothesis import strategies as st

from placer.formats.text.json_layout import lay_out

VALUES = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(st.characters(codec="utf-8")),
    lambda inner: st.lists(inner, max_size=6) | st.dictionaries(st.text(st.characters(codec="utf-8")), inner),
    max_leaves=30,
)


@given(VALUES)
def test_what_is_laid_out_says_the_same(value: object) -> None:
    assert json.loads(lay_out(value)) == value


def test_a_long_row_of_numbers_stays_on_one_line() -> None:
    assert lay_out({"vcpus": list(range(200))}).count("\n") == 2
