"""The option ``--output`` of commands that write one text: where it goes, and writing it."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

Output = Annotated[
    str | None, typer.Option("--output", "-o", metavar="FILE", help="Write there instead of standard output.")
]


def output_path(output: str | None, *, force: bool) -> Path | None:
    """
    Give the file to write; None for standard output, which ``-`` is too.

    Raises
    ------
    InputError
        If the file is there and ``force`` is not given.
    """
    from placer.cli.outputs import refuse_existing

    if output is None or output == "-":
        return None
    refuse_existing([Path(output)], force=force)
    return Path(output)


def write(text: str | bytes, path: Path | None) -> None:
    """Write to a file, or to standard output."""
    from placer.cli.outputs import write_files, write_stdout

    if path is None:
        write_stdout(text)
    else:
        write_files({path: text})
