"""A model written to a file, to be read by people or solved by other programs."""

from __future__ import annotations

import os
import tempfile
from pathlib import Path

from placer.assignment import Problem
from placer.assignment.cpsat.encoding import encode
from placer.assignment.cpsat.slot_cuts import SlotCuts
from placer.assignment.cpsat.variables import Variables
from placer.assignment.structure.term_index import TermIndex
from placer.errors import InputError

ENDINGS = (".pb", ".txt", ".pbtxt")


def write_model(problem: Problem, path: Path) -> None:
    """
    Write the CP-SAT model of a problem as a protocol buffer (``CpModelProto`` of OR-tools).

    The model has every hard rule, except that slots are only counted: rows for a lack of slots are added during a
    search. It minimises the first tier with a variable in its cost. The file is written under a temporary name and
    renamed, so that no half of it is ever seen.

    Parameters
    ----------
    path
        Ends in ``.txt`` or ``.pbtxt`` for text, in ``.pb`` for binary. An existing file is replaced.

    Raises
    ------
    InputError
        If the name ends otherwise, or the file cannot be written.
    """
    if path.suffix not in ENDINGS:
        raise InputError(f"expected a name that ends in one of {', '.join(ENDINGS)}", place=str(path))
    variables = Variables(TermIndex(problem))
    costs = encode(variables)
    SlotCuts(variables)
    cost = next((each for each in costs if each.terms), None)
    if cost is not None:
        variables.model.minimize(cost.expression())
    try:
        handle, temporary = tempfile.mkstemp(dir=path.resolve().parent, suffix=path.suffix)
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", place=str(path)) from error
    os.close(handle)
    try:
        if not variables.model.export_to_file(temporary):
            raise InputError("cannot be written", place=str(path))
        mask = os.umask(0)
        os.umask(mask)
        Path(temporary).chmod(0o666 & ~mask)
        Path(temporary).replace(path.resolve())
    except OSError as error:
        raise InputError(f"cannot be written: {error.strerror}", place=str(path)) from error
    finally:
        Path(temporary).unlink(missing_ok=True)
