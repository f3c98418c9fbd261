"""What ``placer solve`` writes: in which format, where, and of which guests."""

from __future__ import annotations

import sys
from enum import StrEnum
from pathlib import Path
from typing import TYPE_CHECKING

import typer

from placer.job.output_formats import FORMATS

if TYPE_CHECKING:
    from placer.errors import Faults
    from placer.job.request import Request
    from placer.solving.result import Result


class OutputFormat(StrEnum):
    """The report, the answer as JSON, a page, and the formats of :data:`placer.job.output_formats.FORMATS`."""

    locals().update({name: name for name in ("text", "json", "html", *FORMATS)})


WHOLE = (OutputFormat("text"), OutputFormat("json"), OutputFormat("html"))
"""What is written of all guests at once."""


def format_of(stated: OutputFormat | None, request: Request, faults: Faults, *, in_place: bool) -> OutputFormat:
    """
    Give the format to write: the stated one, else with ``--in-place`` that of the guests' files, else the report.

    Raises
    ------
    PlacerError
        The faults of guests that cannot be read, and with them the refusals of those that can.
    """
    format = stated or WHOLE[0]
    if stated is None and in_place:
        from placer.cli.in_place import format_of_files

        format = OutputFormat(format_of_files(request))
    if faults.errors:
        _raise_all(faults, request, format)
    return format


def _raise_all(faults: Faults, request: Request, format: OutputFormat) -> None:
    """Raise the faults of guests that cannot be read, and with them the refusals of those that can."""
    from placer.errors import EmissionError
    from placer.job.emit import refusals_of_any_placement
    from placer.job.settled import settled

    if format not in WHOLE:
        with faults.kept():
            reasons = refusals_of_any_placement(settled(request), format.value)
            faults.errors += [EmissionError(reason) for reason in reasons]
    faults.raise_all()


def finish(
    answer: Result,
    request: Request,
    format: OutputFormat,
    paths: dict[str, Path] | None,
    *,
    pin: bool,
    allow_unplaced: bool,
    quiet: bool,
) -> int:
    """
    Write the answer; a configuration is written to its files, and what it costs is said on standard error.

    Returns
    -------
    int
        The exit code.
    """
    from placer.assignment import Status
    from placer.job.request import with_chosen_vnodes
    from placer.report.text import summary

    if answer.instance is not None:
        request = with_chosen_vnodes(request, answer.instance, optimal=answer.status is Status.OPTIMAL)
    if not quiet and answer.placement is not None and format not in WHOLE:
        print("\n".join(summary(answer, request)), file=sys.stderr)
    written = (answer, request)
    if allow_unplaced and format not in WHOLE and answer.placement is not None:
        written = _placed_only(answer, request, format)
    _write(*written, format, paths, pin=pin, quiet=quiet)
    return _exit_code(answer, allow_unplaced=allow_unplaced)


def _placed_only(answer: Result, request: Request, format: OutputFormat) -> tuple[Result, Request]:
    """Leave out the guests without a place where the format cannot say that, and name them on standard error."""
    from dataclasses import replace

    from placer.job.emit import placed_only

    assert answer.placement is not None
    left_out = [name for name, pnodes in answer.placement.pnode_of.items() if None in pnodes]
    if not left_out or FORMATS[format.value].takes_broken:
        return answer, request
    print(f"not placed and not written: {', '.join(left_out)}", file=sys.stderr)
    request, placement = placed_only(request, answer.placement)
    broken = tuple(violation for violation in answer.violations if violation.rule != "unplaced")
    return replace(answer, placement=placement, violations=broken), request


def destinations(
    request: Request, format: OutputFormat, output: str | None, *, pin: bool, in_place: bool, force: bool
) -> dict[str, Path] | None:
    """Check the options that say what is written where, and decide on the files; None is standard output."""
    if pin and format in WHOLE:
        raise typer.BadParameter(
            f"binds vcpus in a guest's configuration, which --format {format} does not write", param_hint="--pin"
        )
    if not in_place:
        return _paths(request, format, output, force=force)
    from placer.cli.in_place import own_files

    if output is not None:
        raise typer.BadParameter("writes where the guests came from, not with --output", param_hint="--in-place")
    return own_files(request, format.value)


def _paths(request: Request, format: OutputFormat, output: str | None, *, force: bool) -> dict[str, Path] | None:
    """Decide where each guest, or everything (under the name ""), goes; None is standard output. Refuse early."""
    from placer.cli.outputs import names_folder, output_paths, refuse_existing
    from placer.errors import InputError

    names = [guest.name for guest in request.instance.guests]
    whole = format in WHOLE
    if output is None:
        if not whole:
            from placer.job.emit import refuse_joining

            refuse_joining(len(names), format.value)
        return None
    paths = {"": Path(output)}
    if whole and output.endswith("/"):
        raise InputError(f"names a folder, expected a file for the format {format}", place=output)
    one_script = not whole and FORMATS[format.value].joins == "script"
    if not whole and names_folder(output, 1 if one_script else len(names)):
        paths = output_paths(output, names, FORMATS[format.value].suffix)
    refuse_existing(list(paths.values()), force=force)
    return paths


def _write(
    answer: Result, request: Request, format: OutputFormat, paths: dict[str, Path] | None, *, pin: bool, quiet: bool
) -> None:
    from placer.cli.outputs import on_terminal, write_files, write_stdout

    if format is WHOLE[0]:
        from placer.cli.terminal import drawn_result
        from placer.report.text import render

        drawing = drawn_result(answer, request) if paths is None else ""
        texts = {"": render(answer, request, colour=paths is None and on_terminal(), quiet=quiet, drawing=drawing)}
    elif format is WHOLE[1]:
        from placer.report.answer_json import emit_answer

        texts = {"": emit_answer(answer, request)}
    elif format is WHOLE[2]:
        from placer.api.drawing import draw

        texts = {"": draw(request, answer, format="html")}
    elif answer.placement is None:
        from placer.job.notes import answer_notes

        said = () if quiet else answer_notes(request, None)
        print(f"{answer.status}: {answer.reason}", *said, sep="\n", file=sys.stderr)
        return
    else:
        from placer.job.emit import emit_guests, join

        texts = emit_guests(request, answer.placement, answer.violations, format.value, pinned=pin)
        if paths is None or "" in paths:
            texts = {"": join(texts, format.value)} if texts else {}
    if paths is None:
        write_stdout(texts.get("", ""))
        return
    write_files({paths[name]: text for name, text in texts.items()})


def _exit_code(answer: Result, *, allow_unplaced: bool) -> int:
    from placer.assignment import Status

    if answer.status is Status.INFEASIBLE:
        return 1
    return 3 if answer.status is Status.UNKNOWN and not (allow_unplaced and _only_unplaced(answer)) else 0


def _only_unplaced(answer: Result) -> bool:
    return answer.placement is not None and all(violation.rule == "unplaced" for violation in answer.violations)
