"""JSON for people: sizes with units, ranges of cpus, long lists wrapped."""

from __future__ import annotations

import json

from placer.formats.native.readable_json import WIDTH, readable_json


def test_a_size_has_the_largest_unit_that_divides_it() -> None:
    written = {"memory_kib": 3 << 30, "reserve_kib": 1536 << 10, "overhead_kib": 5}
    assert json.loads(readable_json(written)) == {"memory_kib": "3TiB", "reserve_kib": "1536MiB", "overhead_kib": 5}


def test_cpus_are_a_range_where_that_reads_back_in_their_order() -> None:
    assert json.loads(readable_json({"pcpus": [0, 1, 2, 8]})) == {"pcpus": "0-2,8"}
    assert json.loads(readable_json({"pcpus": [2, 0]})) == {"pcpus": [2, 0]}


def test_masks_that_are_all_alike_are_one_string() -> None:
    assert json.loads(readable_json({"hard_affinity": [[0, 1], [0, 1]]})) == {"hard_affinity": "0-1"}
    assert json.loads(readable_json({"hard_affinity": [[0], None]})) == {"hard_affinity": ["0", None]}


def test_a_name_comes_first_and_rows_of_numbers_keep_their_line() -> None:
    text = readable_json({"slit": [[10, 20], [20, 10]], "name": "x"})
    assert text.splitlines() == ["{", '  "name": "x",', '  "slit": [', "    [10, 20],", "    [20, 10]", "  ]", "}"]


def test_long_lists_of_words_are_wrapped() -> None:
    text = readable_json({"guests": [{"devices": [f"0000:{bus:02x}:00.0" for bus in range(30)]}]})
    assert max(map(len, text.splitlines())) <= WIDTH
    assert len(json.loads(text)["guests"][0]["devices"]) == 30
