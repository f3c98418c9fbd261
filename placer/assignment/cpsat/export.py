"""A model as a file, for whoever wants to look at it or to solve it elsewhere."""

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

    It holds every rule, of slots only what is known before anybody lacks one, and minimises the first tier that
    anything can change. It is written to a temporary file, which is renamed.

    Parameters
    ----------
    path
        Text where it ends in ``.txt`` or ``.pbtxt``, binary where in ``.pb``. A file that is there is replaced.

    Raises
    ------
    InputError
        If it ends in something else, or cannot be written.
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
