"""Access to the extra specs of an OpenStack flavour and the properties of an image, which name the same settings."""

from __future__ import annotations

import re
from dataclasses import dataclass

from placer.errors import InputError
from placer.formats.text.json_fields import Fields
from placer.formats.text.msgspec_errors import quote
from placer.instance import shorten

_PRINTED = re.compile(r"\s*([^\s=,']+)='([^']*)'\s*(?:,|$)")
"""One property of the string in which older versions of ``openstack flavor show`` print all properties."""


@dataclass(frozen=True, kw_only=True)
class Stated:
    """
    The value of one extra spec or property.

    Parameters
    ----------
    text
        The value, as written.
    where, key
        The object that holds it, and its key there.
    """

    text: str
    where: Fields
    key: str

    def fault(self, message: str) -> InputError:
        """Make the error for this value; the caller raises it."""
        return self.where.fault(message, self.key)

    def number(self, low: int, high: int) -> int:
        """Read an integer from ``low`` to ``high``."""
        word = self.text.strip()
        if not (word.isascii() and word.isdigit() and len(word) < 16 and low <= int(word) <= high):
            raise self.fault(f'expected a whole number from {low} to {high}, got "{shorten(self.text)}"')
        return int(word)

    def word(self, *choices: str) -> str:
        """Read one of the words ``choices``."""
        if self.text not in choices:
            raise self.fault(f'expected one of {", ".join(choices)}, got "{shorten(self.text)}"')
        return self.text


@dataclass(frozen=True, kw_only=True)
class Specs:
    """
    The settings of a flavour and an image.

    Parameters
    ----------
    flavor
        The extra specs of the flavour, such as ``hw:numa_nodes``.
    image
        The properties of the image, such as ``hw_numa_nodes``; empty where there is no image.
    """

    flavor: Fields
    image: Fields

    def extra(self, key: str) -> Stated | None:
        """Get an extra spec by its full name; None where the flavour does not state it."""
        return _stated(self.flavor, key)

    def both(self, name: str) -> tuple[Stated | None, Stated | None]:
        """Get the values of a setting such as ``numa_nodes`` in flavour and image, None where it is not stated."""
        return _stated(self.flavor, f"hw:{name}"), _stated(self.image, f"hw_{name}")

    def one(self, name: str) -> Stated | None:
        """
        Get the value of a setting that only the flavour or only the image may state, as nova has it for NUMA nodes.

        Raises
        ------
        InputError
            If both state it.
        """
        flavor, image = self.both(name)
        if flavor is not None and image is not None:
            raise image.fault(f"stands in the flavour too, as {flavor.key}; expected one of them")
        return flavor or image


def specs_of(flavor: Fields, image: Fields | None) -> Specs:
    """
    Find the extra specs of a flavour, which clients print as ``properties``, and the properties of an image.

    Parameters
    ----------
    flavor
        The flavour.
    image
        The image, or its properties alone; None for none.

    Raises
    ------
    InputError
        If extra specs or properties are no JSON object.
    """
    key = "extra_specs" if "extra_specs" in flavor.value else "properties"
    properties = image.child("properties") if image is not None and "properties" in image.value else image
    return Specs(
        flavor=Fields.of(_parsed(flavor.value.get(key, {})), flavor.place, f"{flavor.path}.{key}"),
        image=properties or Fields({}, flavor.place, f"{flavor.path}.image"),
    )


def _stated(where: Fields, key: str) -> Stated | None:
    value = where.value.get(key)
    if value is not None and not isinstance(value, str | int):
        raise where.fault(f"expected a string, got {quote(value)}", key)
    return None if value is None else Stated(text=str(value), where=where, key=key)


def _parsed(properties: object) -> object:
    """Parse the single string of older clients; return any other value unchanged."""
    if not isinstance(properties, str):
        return {} if properties is None else properties
    found, end = {}, 0
    while part := _PRINTED.match(properties, end):
        found[part[1]], end = part[2], part.end()
    return properties if properties[end:].strip() else found
