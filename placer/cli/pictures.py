"""What is drawn, and as what: shared by the commands that write pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from enum import StrEnum
from pathlib import Path, PurePath
from typing import TYPE_CHECKING, Any

from placer.errors import InputError

if TYPE_CHECKING:
    from placer.fleet.files.plan_json import StatedFleetPlan
    from placer.fleet.model.fleet import Fleet
    from placer.formats.native.answer_json import StatedAnswer
    from placer.formats.text.files import Source
    from placer.instance import Instance
    from placer.job.request import Request
    from placer.rebalance.stated_plan import StatedPlan


class PictureFormat(StrEnum):
    """What a picture is written as."""

    svg = "svg"
    html = "html"
    png = "png"


def picture_format(output: str, format: PictureFormat | None) -> PictureFormat:
    """
    Choose the format by the option, else by the suffix of the file.

    Raises
    ------
    InputError
        If neither says it.
    """
    if format is not None:
        return format
    suffix = Path(output).suffix.lower().removeprefix(".")
    if suffix in PictureFormat.__members__:
        return PictureFormat(suffix)
    if output == "-":
        said = "standard output has no suffix: --format svg, --format html or --format png is needed"
        raise InputError(said, place="usage")
    raise InputError("has another suffix than .svg, .html and .png; --format says what to write", place=output)


def drawn(what: Any, answer: Any, format: PictureFormat, only: str | None = None) -> str | bytes:
    """Draw what :func:`placer.draw` takes."""
    from placer.api.drawing import draw, draw_png

    if format is PictureFormat.png:
        return draw_png(what, answer, only=only)
    return draw(what, answer, format=format.value, only=only)


def read_fleet_plan(files: Sequence[str], fleet: str) -> StatedFleetPlan:
    """
    Read the one plan of a fleet.

    Raises
    ------
    InputError
        With the place of the fault, or if there is not one file.
    """
    from placer.fleet.files.plan_json import read_stated_plan
    from placer.formats.text.files import place_of

    if len(files) != 1:
        said = "is a fleet, expected one plan behind it, as `placer fleet solve --format json` prints it"
        raise InputError(f"{said}; got {len(files)}", place=place_of(fleet))
    return read_stated_plan(files[0])


def read_answers(files: Sequence[str], instance: Instance) -> dict[str, StatedAnswer]:
    """
    Read answers, each with its caption: the strategies that they name, if these differ; else the names of the files.

    Raises
    ------
    InputError
        With the place of the fault, if one is no answer, or its placement is of another instance.
    """
    from placer.formats.native.answer_json import read_answer
    from placer.formats.text.files import place_of, read_text

    answers = [read_answer(read_text(file), place_of(file)) for file in files]
    for file, answer in zip(files, answers, strict=True):
        faults = answer.placement.faults(instance) if answer.placement else []
        if faults:
            raise InputError(f"not a placement of this instance: {'; '.join(faults)}", place=place_of(file))
    strategies, names = [answer.strategy for answer in answers], [PurePath(place_of(file)).name for file in files]
    for captions in (strategies, names, [place_of(file) for file in files]):
        if all(captions) and len(set(captions)) == len(captions):
            return dict(zip(captions, answers, strict=True))
    raise InputError("is given twice, expected answers that differ", place=place_of(files[0]))


def fleet_of(source: Source) -> Fleet | None:
    """Read a fleet; None where the source is none."""
    from placer.api.fleets import read_fleet

    read = _object(source)
    return read_fleet(source) if read is not None and "hosts" in read else None


def moves_of(source: Source) -> StatedPlan | None:
    """Read a plan of moves; None where the source is none."""
    from placer.api.drawing import read_moves

    read = _object(source)
    return read_moves(source) if read is not None and "stages" in read else None


def _object(source: Source) -> dict[str, object] | None:
    """Read an object of JSON; None where the source is none."""
    from placer.formats.text.encodings import without_carried
    from placer.formats.text.files import Text
    from placer.formats.text.json_text import parse_json

    if not isinstance(source, Text) or not source.content.lstrip("\ufeff \t\r\n").startswith("{"):
        return None
    read = parse_json(without_carried(source.content, source.place), source.place)
    return read if isinstance(read, dict) else None


def instance_of(
    source: Source, beside: Mapping[str, str | None], *, free: str | None, reserve: str | None, objective: str | None
) -> Request | None:
    """
    Read an instance; None where the source is a host.

    Parameters
    ----------
    beside
        The options that go with a host alone, by their names.

    Raises
    ------
    InputError
        With the place of the fault, if it is an instance with a fault, or one of these options is given with it.
    """
    from placer.cli.inputs import instance_request, under_objective
    from placer.formats.native.instance_json import parse_instance
    from placer.formats.text.files import Text
    from placer.job.settled import settled

    read = _object(source)
    if not isinstance(source, Text) or read is None or "guests" not in read:
        return None
    if any(file is not None for file in beside.values()):
        said = "--running, --vcpu-list, --numa-dump and --pools are of a host; an instance has its domains and cpupools"
        raise InputError(said, place="usage")
    request = instance_request(parse_instance(source.content, source.place), source.place, free, reserve)
    return settled(request if objective is None else under_objective(request, objective))
