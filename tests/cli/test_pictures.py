"""What is drawn, and as what."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from placer.cli.pictures import PictureFormat, instance_of, picture_format, read_answers
from placer.errors import InputError
from placer.formats.text.files import Text
from tests.support.pictures import two_pnodes

INSTANCE, _ = two_pnodes()
NONE = dict.fromkeys(("running", "vcpu_list"))


def test_the_option_goes_before_the_suffix() -> None:
    assert picture_format("a.SVG", None) is PictureFormat.svg
    assert picture_format("a.svg", PictureFormat.png) is PictureFormat.png
    with pytest.raises(InputError, match=r"a\.pdf: has another suffix than \.svg, \.html and \.png"):
        picture_format("a.pdf", None)
    with pytest.raises(InputError, match="standard output has no suffix"):
        picture_format("-", None)


def answers(folder: Path, **texts: dict[str, object]) -> list[str]:
    paths = []
    for name, text in texts.items():
        path = folder / f"{name}.json"
        path.write_text(json.dumps({"placement": {"db": [0, 1], "web": [1]}, **text}), encoding="utf-8")
        paths.append(str(path))
    return paths


def test_answers_are_called_by_their_strategies_where_these_differ(tmp_path: Path) -> None:
    first, optimal = answers(tmp_path, a={"strategy": "first-fit"}, b={"strategy": "optimal"})
    assert list(read_answers([first, optimal], INSTANCE)) == ["first-fit", "optimal"]
    again = answers(tmp_path, c={"strategy": "first-fit"})
    assert list(read_answers([first, *again], INSTANCE)) == ["a.json", "c.json"]
    assert list(read_answers(answers(tmp_path, d={}), INSTANCE)) == ["d.json"]


def test_answers_of_one_name_are_called_by_their_paths(tmp_path: Path) -> None:
    (tmp_path / "x").mkdir()
    files = answers(tmp_path, a={}) + answers(tmp_path / "x", a={})
    assert list(read_answers(files, INSTANCE)) == files
    with pytest.raises(InputError, match="is given twice"):
        read_answers([files[0]] * 2, INSTANCE)


def test_a_placement_of_another_instance_is_refused_with_its_file(tmp_path: Path) -> None:
    files = answers(tmp_path, a={}, b={"placement": {"db": [0, 7]}})
    with pytest.raises(InputError, match=r"b\.json: not a placement of this instance"):
        read_answers(files, INSTANCE)


def test_only_an_object_with_guests_is_an_instance() -> None:
    def read(text: str) -> object:
        return instance_of(Text(text, "x"), NONE, free=None, reserve=None, objective=None)

    assert read("node 0 cpus: 0") is None and read('{"pnodes": []}') is None
    with pytest.raises(InputError, match="x: "):
        read('{"guests": []}')
