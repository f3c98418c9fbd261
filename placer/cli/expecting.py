"""Expected guests on the command line: ``--expect``."""

from __future__ import annotations

import os
from collections.abc import Iterable
from dataclasses import replace
from typing import TYPE_CHECKING

from placer.cli.stdin import refuse_two_stdin
from placer.errors import InputError

if TYPE_CHECKING:
    from placer.job.request import Request


LEARNT = "learnt"
"""In the place of a file: the shapes of the guests that were claimed. A file of this name is ``./learnt``."""


def expecting(
    request: Request, given: str | None, inputs: Iterable[str | None], *, claims: str | None = None
) -> Request:
    """
    Say in the objective of a request what free room is worth to guests that are expected.

    Parameters
    ----------
    given
        File with the shapes of these guests, ``-`` is standard input; or :data:`LEARNT`. None: no guests are expected.
    inputs
        All files of the command line, this one too.
    claims
        The file of claims, which has the shapes that are learnt; it need not exist.

    Raises
    ------
    InputError
        If the file holds no shapes, not one of them fits the host, or two files are standard input; or if shapes are to
        be learnt from no file, or from one that is no file of claims.
    """
    if given is None:
        return request
    if given == LEARNT:
        if claims is None:
            raise InputError("--expect learnt needs --claims: its file has the shapes of the guests", place="usage")
        return _learnt(request, claims)
    from placer.expected.worth import with_expected
    from placer.formats.native.instance_json import parse_expectations
    from placer.formats.text.files import place_of, read_text

    refuse_two_stdin(inputs)
    place = place_of(given)
    shapes = parse_expectations(read_text(given), place).guests
    return replace(request, instance=with_expected(request.instance, shapes, place=place))


def _learnt(request: Request, claims: str) -> Request:
    """Expect guests as they were claimed; a guest that starts before there are any, or on a full host, starts too."""
    from placer.claims.claims import Claims
    from placer.claims.learnt import expected_of
    from placer.expected.parts import NoneFitsError
    from placer.expected.worth import with_expected

    shapes = expected_of(Claims(claims).shapes()) if os.path.exists(claims) else ()  # noqa: PTH110 - Path.exists fails on long names
    if not shapes:
        return _noted(request, f"{claims} has no guest yet to learn from: no guests are expected")
    try:
        instance = with_expected(request.instance, shapes, place=claims)
    except NoneFitsError as error:
        return _noted(request, f"{error}; no guests are expected")
    guests = sum(shape.weight for shape in shapes)
    count = f"{guests} guest{'s' * (guests > 1)} of {len(shapes)} shape{'s' * (len(shapes) > 1)}"
    return _noted(replace(request, instance=instance), f"guests are expected as {claims} has them: {count}")


def _noted(request: Request, note: str) -> Request:
    return replace(request, notes=(*request.notes, note))
