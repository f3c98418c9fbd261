"""Drawing: hosts, placements, moves and fleets as pictures."""

from __future__ import annotations

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any, cast

import placer.draw  # noqa: F401 - importing it later would hide the function of that name in placer
from placer.errors import InputError, expect
from placer.formats.base import ParsedHost, RunningFacts
from placer.formats.native.answer_json import StatedAnswer, StatedTier
from placer.formats.text.files import Source
from placer.instance import Host, Instance, Placement
from placer.solving.result import Result

if TYPE_CHECKING:
    from placer.draw.fleet import FleetPicture
    from placer.draw.picture import Picture
    from placer.fleet.files.plan_json import StatedFleetPlan
    from placer.fleet.model.fleet import Fleet
    from placer.fleet.plan.plan import FleetPlan
    from placer.job.request import Request
    from placer.rebalance.overview import Overview
    from placer.rebalance.plan import Plan
    from placer.rebalance.stated_plan import StatedPlan

PICTURE_FORMATS = ("svg", "html")

Answer = Result | Placement | StatedAnswer


def draw(
    what: Host | ParsedHost | Instance | Request | Overview | Plan | StatedPlan | Fleet,
    answer: Answer | Mapping[str, Answer] | FleetPlan | StatedFleetPlan | None = None,
    *,
    format: str = "svg",
    only: str | None = None,
) -> str:
    """
    Draw a host, guests on a host, moves of guests, or a fleet.

    Parameters
    ----------
    what
        A host is drawn alone. Of an instance, or a request, its host and its guests are. Of what :func:`show` gave,
        what runs now beside the best; of what :func:`rebalance` or :func:`read_moves` gave, the host after each stage.
        Of a fleet, its hosts by use.
    answer
        Of an instance: where the guests are, and what is proved of that. An answer without a placement gives its
        reason. Several, by their captions, are drawn beside each other, with what differs marked. None: the guests are
        not placed. Of a fleet: its plan.
    format
        ``"svg"``, or ``"html"``: a page with the picture and the tables of its figures, which needs nothing else.
    only
        Of a fleet: name of the host that is drawn alone.

    Returns
    -------
    str
        The text of the file.

    Raises
    ------
    InputError
        If there is no such format, an answer is given with anything but an instance or a fleet, or is of another one.

    Examples
    --------
    >>> import placer
    >>> host = placer.Host(pnodes=[placer.Pnode(id=0, memory_kib=8 << 20, pcpus=(0, 1))])
    >>> placer.draw(host)[:43]
    '<svg xmlns="http://www.w3.org/2000/svg" wid'
    """
    from placer.draw.page import to_html
    from placer.draw.picture import Picture
    from placer.draw.svg import to_svg

    if expect("format", format, str) not in PICTURE_FORMATS:
        raise InputError(f"expected one of {', '.join(PICTURE_FORMATS)}, got {format!r}", place="format")
    picture = _picture(what, answer, only)
    if format == "svg":
        return to_svg(picture)
    if isinstance(picture, Picture):
        return to_html(picture)
    from placer.draw.fleet_page import to_fleet_html

    return to_fleet_html(picture)


def draw_png(
    what: Host | ParsedHost | Instance | Request | Overview | Plan | StatedPlan | Fleet,
    answer: Answer | Mapping[str, Answer] | FleetPlan | StatedFleetPlan | None = None,
    *,
    only: str | None = None,
) -> bytes:
    """
    Draw the same as :func:`draw` as an image of twice the size; needs the package resvg-py (the extra ``png``).

    Parameters
    ----------
    what, answer, only
        As :func:`draw` takes them.

    Returns
    -------
    bytes
        The content of the file.

    Raises
    ------
    InputError
        As :func:`draw`, and if resvg-py is not installed, or finds no font.
    """
    from placer.draw.png import to_png
    from placer.draw.svg import to_svg

    picture = _picture(what, answer, only)
    size = picture.drawn()
    return to_png(to_svg(picture), size.width, size.height)


def read_moves(source: Source) -> StatedPlan:
    """
    Read a plan of moves, as ``placer rebalance --format json`` prints it.

    Parameters
    ----------
    source
        The path of a file, or a :class:`placer.Text`.

    Returns
    -------
    StatedPlan
        With the host as it was before, the steps and the end state, for :func:`draw`.

    Raises
    ------
    InputError
        With the JSON path of the fault.
    """
    from placer.rebalance.stated_plan import read_moves as read

    return read(source)


def _picture(what: Any, answer: Any, only: str | None) -> Picture | FleetPicture:
    from placer.job.request import Request

    expect("only", only, str, type(None))
    if not isinstance(what, Host | ParsedHost | Instance | Request):
        from placer.fleet.model.fleet import Fleet

        if isinstance(what, Fleet):
            return _of_fleet(what, answer, only)
    if only is not None:
        raise InputError("expected a fleet beside it", place="only")
    expect("answer", answer, Result, Placement, StatedAnswer, Mapping, type(None))
    if isinstance(what, Instance | Request):
        return _of_request(what, answer)
    if answer is not None:
        raise InputError("expected an instance, or a request, beside an answer", place="what")
    return _of_host(what) if isinstance(what, Host | ParsedHost) else _of_moves(what)


def _of_host(what: Host | ParsedHost) -> Picture:
    from placer.draw.single import picture_of_host

    running = what.running if isinstance(what, ParsedHost) else None
    return picture_of_host(what.host if isinstance(what, ParsedHost) else what, _held(running))


def _of_moves(what: object) -> Picture:
    from placer.draw.moves import picture_of_moves, picture_of_plan
    from placer.draw.overview import picture_of_overview
    from placer.job.request import Request
    from placer.rebalance.overview import Overview
    from placer.rebalance.plan import Plan
    from placer.rebalance.stated_plan import StatedPlan

    if isinstance(what, Overview):
        return picture_of_overview(what)
    if isinstance(what, Plan):
        return picture_of_plan(what)
    given = expect("what", what, StatedPlan, Plan, Overview, Host, ParsedHost, Instance, Request)
    return picture_of_moves(cast("StatedPlan", given))


def _of_request(what: Instance | Request, answer: Answer | Mapping[str, Answer] | None) -> Picture:
    from placer.draw.answers import picture_of_answers
    from placer.draw.single import picture_of_guests, picture_of_placement
    from placer.job.request import Request, from_instance

    request = what if isinstance(what, Request) else from_instance(what, place="the instance")
    held = _held(request.running)
    if isinstance(answer, Mapping):
        answers = [
            (expect("answer", caption, str), _stated(each, f"answer[{caption!r}]")) for caption, each in answer.items()
        ]
        if len(answers) > 1:
            return picture_of_answers(request, answers, held)
        stated = answers[0][1] if answers else None
    else:
        stated = None if answer is None else _stated(answer, "answer")
    if stated is None or stated.placement is None:
        return picture_of_guests(request.instance, stated, held)
    return picture_of_placement(request, stated.placement, stated, held)


def _of_fleet(fleet: Fleet, answer: object, only: str | None) -> Picture | FleetPicture:
    from placer.draw.fleet import picture_of_fleet_plan, picture_of_host_in_fleet
    from placer.fleet.files.plan_json import StatedFleetPlan
    from placer.fleet.plan.plan import FleetPlan

    given = expect("answer", answer, FleetPlan, StatedFleetPlan)
    picture = picture_of_fleet_plan(fleet, cast("FleetPlan | StatedFleetPlan", given))
    if only is None:
        return picture
    for host in picture.hosts:
        if host.name == only:
            return picture_of_host_in_fleet(host)
    raise InputError(f'expected a host that holds guests, got "{only}"', place="only")


def _held(running: RunningFacts | None) -> dict[int, dict[int, int]]:
    known = None if running is None else running.memory_kib
    return {domid: dict(memory) for domid, memory in (known or {}).items()}


def _stated(answer: object, place: str) -> StatedAnswer:
    expect(place, answer, Result, Placement, StatedAnswer)
    if isinstance(answer, Placement):
        return StatedAnswer(placement=answer)
    if isinstance(answer, StatedAnswer):
        return answer
    given = cast("Result", answer)
    return StatedAnswer(
        placement=given.placement,
        status=str(given.status),
        reason=given.reason or "",
        tiers=tuple(StatedTier(cost=tier.cost, bound=tier.bound, terms=tier.terms) for tier in given.tiers),
        strategy=given.strategy,
    )
