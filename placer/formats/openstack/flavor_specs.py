"""The extra specs of an OpenStack flavour and the properties of an image, which say the same things in other words."""

from __future__ import annotations

import re
from dataclasses import dataclass

from placer.errors import InputError
from placer.formats.text.json_fields import Fields
from placer.formats.text.msgspec_errors import quote
from placer.instance import shorten

_PRINTED = re.compile(r"\s*([^\s=,']+)='([^']*)'\s*(?:,|$)")
"""One property as older ``openstack flavor show`` prints them all in one string."""


@dataclass(frozen=True, kw_only=True)
class Stated:
    """
    What one of them says.

    Parameters
    ----------
    text
        In its words.
    where, key
        Where it stands.
    """

    text: str
    where: Fields
    key: str

    def fault(self, message: str) -> InputError:
        """Make the error that it deserves."""
        return self.where.fault(message, self.key)

    def number(self, low: int, high: int) -> int:
        """Read a whole number."""
        word = self.text.strip()
        if not (word.isascii() and word.isdigit() and len(word) < 16 and low <= int(word) <= high):
            raise self.fault(f'expected a whole number from {low} to {high}, got "{shorten(self.text)}"')
        return int(word)

    def word(self, *choices: str) -> str:
        """Read one of several words."""
        if self.text not in choices:
            raise self.fault(f'expected one of {", ".join(choices)}, got "{shorten(self.text)}"')
        return self.text


@dataclass(frozen=True, kw_only=True)
class Specs:
    """
    What a flavour and an image ask for.

    Parameters
    ----------
    flavor
        The extra specs, ``hw:numa_nodes`` and so on.
    image
        The properties, ``hw_numa_nodes`` and so on; empty where there is no image.
    """

    flavor: Fields
    image: Fields

    def extra(self, key: str) -> Stated | None:
        """Get an extra spec by its whole name."""
        return _stated(self.flavor, key)

    def both(self, name: str) -> tuple[Stated | None, Stated | None]:
        """Get what flavour and image say of ``numa_nodes``, ``cpu_policy`` and so on."""
        return _stated(self.flavor, f"hw:{name}"), _stated(self.image, f"hw_{name}")

    def one(self, name: str) -> Stated | None:
        """
        Get what one of them says: nova lets only one of them say anything about NUMA nodes.

        Raises
        ------
        InputError
            If both do.
        """
        flavor, image = self.both(name)
        if flavor is not None and image is not None:
            raise image.fault(f"stands in the flavour too, as {flavor.key}; expected one of them")
        return flavor or image


def specs_of(flavor: Fields, image: Fields | None) -> Specs:
    """
    Find the extra specs of a flavour, which clients print as ``properties``, and the properties of an image.

    Raises
    ------
    InputError
        If they are no object.
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
    """Take apart the one string of older clients; anything else is given back."""
    if not isinstance(properties, str):
        return {} if properties is None else properties
    found, end = {}, 0
    while part := _PRINTED.match(properties, end):
        found[part[1]], end = part[2], part.end()
    return properties if properties[end:].strip() else found
