"""Guests that are expected later: reading their shapes, and what free room is worth to them."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from placer.errors import expect, listed
from placer.formats.native.instance_json import parse_expectations
from placer.formats.text.files import Source, read_source
from placer.instance import Guest, Instance
from placer.instance.expected import Expected
from placer.instance.expected import learnt as shapes_of

if TYPE_CHECKING:
    from placer.claims.tables import ClaimedShape

__all__ = ["Expected", "learnt", "read_expected", "with_expected"]


def read_expected(source: Source) -> tuple[Expected, ...]:
    """
    Read the shapes of the guests that are expected later, as ``--expect`` takes them.

    Raises
    ------
    InputError
        If the file cannot be read or holds no such shapes, with the JSON path of the first fault.
    """
    return parse_expectations(*read_source(source)).guests


def learnt(guests: Iterable[Guest] | Iterable[ClaimedShape]) -> tuple[Expected, ...]:
    """
    Give the shapes of guests that came so far, the weight of each the number of guests that had it.

    Guests without vcpus, or without memory outside of huge pages, are left out. Vnodes are taken as equal; a guest is
    dedicated if one of its vcpus is.

    Parameters
    ----------
    guests
        Guests, or what :meth:`placer.Claims.shapes` gave of the guests that were claimed: these count as shared, and
        without overhead.
    """
    from placer.claims.learnt import expected_of
    from placer.claims.tables import ClaimedShape

    given = [expect("guests", each, Guest, ClaimedShape) for each in listed("guests", guests)]
    shapes = expected_of(each for each in given if isinstance(each, ClaimedShape))
    return shapes_of(each for each in given if isinstance(each, Guest)) + shapes


def with_expected(instance: Instance, shapes: Iterable[Expected]) -> Instance:
    """
    Say in the objective of an instance what free room is worth to guests that are expected later.

    Parameters
    ----------
    shapes
        What :func:`read_expected` or :func:`learnt` gave; their weights are numbers of guests.

    Raises
    ------
    InputError
        If there are no shapes, or not one of them fits the host.
    """
    from placer.expected.worth import with_expected as valued

    given = tuple(expect("shapes", shape, Expected) for shape in listed("shapes", shapes))
    return valued(expect("instance", instance, Instance), given, place="shapes")
