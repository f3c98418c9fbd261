"""Where flavours and images say things, and in which words."""

from __future__ import annotations

import pytest

from placer.errors import InputError
from placer.formats.openstack.flavor_specs import Specs, Stated, specs_of
from placer.formats.text.json_fields import Fields


def specs(flavor: dict[str, object], image: dict[str, object] | None = None) -> Specs:
    return specs_of(
        Fields(flavor, "vm.json", "$.flavor"), None if image is None else Fields(image, "vm.json", "$.image")
    )


def text_of(stated: Stated | None) -> str | None:
    return stated.text if stated else None


@pytest.mark.parametrize(
    "flavor",
    [
        {"extra_specs": {"hw:numa_nodes": "2", "hw:cpu_policy": "dedicated"}, "properties": {"hw:numa_nodes": "9"}},
        {"properties": {"hw:numa_nodes": 2, "hw:cpu_policy": "dedicated"}},
        {"properties": "hw:cpu_policy='dedicated', hw:numa_nodes='2'"},
    ],
)
def test_extra_specs_stand_in_an_object_or_in_one_string(flavor: dict[str, object]) -> None:
    read = specs(flavor)
    assert text_of(read.extra("hw:numa_nodes")) == "2"
    assert [text_of(stated) for stated in read.both("cpu_policy")] == ["dedicated", None]


def test_an_image_says_it_with_an_underscore_with_or_without_properties_around_it() -> None:
    bare: dict[str, object] = {"hw_numa_nodes": "2"}
    wrapped: dict[str, object] = {"properties": bare, "hw_numa_nodes": "9"}
    for image in (bare, wrapped):
        assert text_of(specs({}, image).one("numa_nodes")) == "2"
    assert specs({}).one("numa_nodes") is None


def test_what_only_one_may_say_is_refused_of_both() -> None:
    both = specs({"extra_specs": {"hw:numa_nodes": "2"}}, {"hw_numa_nodes": "2"})
    message = r"stands in the flavour too, as hw:numa_nodes; expected one of them"
    with pytest.raises(InputError, match=rf"^vm\.json: \$\.image\.hw_numa_nodes: {message}$"):
        both.one("numa_nodes")


def test_what_is_no_object_or_no_string_is_refused_with_its_path() -> None:
    with pytest.raises(InputError, match=r"^vm\.json: \$\.flavor\.properties: expected an object, got \"a=1\"$"):
        specs({"properties": "a=1"})
    with pytest.raises(InputError, match=r"^vm\.json: \$\.flavor\.extra_specs.*a.*: expected a string, got a list$"):
        specs({"extra_specs": {"a": ["1"]}}).extra("a")


def test_numbers_and_words_are_checked() -> None:
    def stated(text: str) -> Stated:
        return Stated(text=text, where=Fields({}, "vm.json"), key="a")

    assert (stated(" 8 ").number(1, 8), stated("isolate").word("prefer", "isolate")) == (8, "isolate")
    for text in ("9", "0", "2.0", "-1", "²"):
        with pytest.raises(InputError, match=rf'^vm\.json: \$\.a: expected a whole number from 1 to 8, got "{text}"$'):
            stated(text).number(1, 8)
    with pytest.raises(InputError, match=r'^vm\.json: \$\.a: expected one of prefer, isolate, got "Isolate"$'):
        stated("Isolate").word("prefer", "isolate")
