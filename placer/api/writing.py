"""Writing: what a toolstack starts the guests with, and answers as JSON."""

from __future__ import annotations

from typing import TYPE_CHECKING

from msgspec.structs import replace

from placer.errors import InputError, expect
from placer.instance import Instance, Placement
from placer.solving.result import Result

if TYPE_CHECKING:
    from placer.job.request import Request


def emit(request: Request | Instance, answer: Result | Placement, format: str, *, pin: bool = False) -> dict[str, str]:
    """
    Write the configuration that starts each guest where it was placed.

    Parameters
    ----------
    request
        What was solved. A Request knows the files that the guests came from, and gives each back with only the
        placement changed; of an Instance whole configurations are written.
    answer
        What :func:`solve` said, or a placement. Every rule is checked once more.
    format
        ``"xl"`` (xl.cfg), ``"libxl"`` (JSON: a ``libxl_domain_build_info``, or the
        guest's own ``libxl_domain_config``), ``"libvirt"`` (domain XML), ``"qemu"``
        (arguments), ``"shell"`` (calls that bind a running guest), ``"hypercall"`` (JSON of the arrays
        ``vnode_to_pnode``, ``vcpu_to_vnode``, ``vdistance`` and ``vmemrange`` that Xen takes) or ``"rfc"`` (build info
        of the 2013 RFC).
    pin
        Whether to bind every vcpu to the pcpus of its pnode, by hard affinity.

    Returns
    -------
    dict
        Guest name -> text.

    Raises
    ------
    InputError
        If there is no such format, no placement in the answer, or the placement is of another instance.
    EmissionError
        If the format cannot express a guest, the toolstack would refuse it, or the placement breaks a rule; with every
        reason.
    """
    from placer.check import check
    from placer.job.emit import emit_guests
    from placer.job.output_formats import FORMATS

    request = request_of(request)
    expect("pin", pin, bool)
    if expect("format", format, str) not in FORMATS:
        raise InputError(f"expected one of {', '.join(FORMATS)}, got {format!r}", place="format")
    expect("answer", answer, Result, Placement)
    if isinstance(answer, Result) and answer.placement is None:
        raise InputError(f"expected an answer with a placement, got {answer.status}", place="answer")
    placement = answer.placement if isinstance(answer, Result) else answer
    assert placement is not None
    faults = placement.faults(request.instance)
    if faults:
        raise InputError("; ".join(faults), place="answer")
    request = _as_placed(request, answer, placement)
    return emit_guests(request, placement, check(request.instance, placement).violations, format, pinned=pin)


def to_json(answer: Result, request: Request | Instance | None = None) -> str:
    """
    Write an answer as JSON: status, placement, cost and bound of each tier, and the notes of the request.

    Parameters
    ----------
    request
        What was solved, for its notes; None takes the instance of the answer.

    Returns
    -------
    str
        The object that ``placer solve --format json`` prints; :func:`read_placement` reads the placement back.

    Raises
    ------
    InputError
        If an argument has another type.
    """
    from placer.report.answer_json import emit_answer

    expect("answer", answer, Result)
    given = answer.instance if request is None else request
    if given is None:
        return emit_answer(answer, None)
    return emit_answer(answer, _as_placed(request_of(given), answer, answer.placement))


def request_of(request: Request | Instance) -> Request:
    """Take a Request, or make one of an Instance."""
    from placer.job.request import Request, from_instance

    if isinstance(request, Request):
        return request
    return from_instance(expect("request", request, Instance), place="the instance")


def _as_placed(request: Request, answer: Result | Placement, placement: Placement | None) -> Request:
    """Cut the flexible guests of a request into the vnodes that were placed."""
    from placer.assignment import Status
    from placer.instance.apart import as_placed
    from placer.job.request import with_chosen_vnodes

    if placement is None:
        return request
    chosen = answer.instance if isinstance(answer, Result) else None
    if chosen is None:  # what keeps sets from straying was for whoever made the placement to say
        chosen = replace(as_placed(request.instance, placement.counts(), placement.apart), sets_may_stray=True)
    chosen = replace(chosen, rules=request.instance.rules)  # those of the request hold, whatever was solved
    optimal = isinstance(answer, Result) and answer.status is Status.OPTIMAL
    return with_chosen_vnodes(request, chosen, optimal=optimal)
