"""``--claims``: a plan beside the guests that others are starting."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

import typer

if TYPE_CHECKING:
    from threading import Event

    from placer.assignment import Progress
    from placer.claims.claims import Claims
    from placer.job.request import Request
    from placer.solving.result import Result


@dataclass(frozen=True)
class Claiming:
    """
    What the options say of claims.

    Parameters
    ----------
    file
        Path of the file.
    claims
        The claims in it.
    expires_s
        Seconds that a claim lasts.
    """

    file: str
    claims: Claims
    expires_s: float

    @classmethod
    def of(cls, file: str | None, expires: float | None, *, lasts_s: float | None = None) -> Claiming | None:
        """Read the options, and how long claims last unless stated; None without a file."""
        if file is None:
            if expires is not None:
                raise typer.BadParameter("says how long claims last, which --claims FILE makes", param_hint="--expires")
            return None
        from placer.claims.arguments import EXPIRES_S, seconds
        from placer.claims.claims import Claims

        lasts_s = EXPIRES_S if lasts_s is None else lasts_s
        expires_s = lasts_s if expires is None else seconds("--expires", expires)
        return cls(file=file, claims=Claims(file), expires_s=expires_s)


@dataclass(frozen=True, kw_only=True)
class Placed:
    """
    An answer, and whose claims it made.

    Parameters
    ----------
    request
        As it was solved.
    answer
        The answer.
    claiming
        None where nothing is claimed.
    guests
        Names of the guests that are claimed.
    """

    request: Request
    answer: Result
    claiming: Claiming | None = None
    guests: tuple[str, ...] = ()

    def written(self, write: Callable[[Result, Request], int], *, quiet: bool) -> int:
        """Write the answer, and say on standard error what is claimed; claims whose answer cannot be written end."""
        with kept(self.claiming, self.guests, quiet=quiet):
            return write(self.answer, self.request)


@contextmanager
def kept(claiming: Claiming | None, guests: tuple[str, ...], *, quiet: bool) -> Iterator[None]:
    """End the claims of guests if the block fails, else say on standard error that they are claimed."""
    try:
        yield
    except BaseException:
        if claiming is not None and guests:
            claiming.claims.release(*guests)
        raise
    if claiming is not None and guests and not quiet:
        print(f"claimed in {claiming.file} for {claiming.expires_s:g} s: {', '.join(guests)}", file=sys.stderr)


def placed(
    request: Request,
    solve: Callable[..., Result],
    claiming: Claiming | None,
    stop: Event,
    on_progress: Callable[[Progress], None],
) -> Placed:
    """
    Place a request whose guests are settled; with claims, on what others leave of its host.

    Parameters
    ----------
    solve
        As :func:`placer.solve`; called once, or with claims once for each try.
    """
    if claiming is None:
        return Placed(request=request, answer=solve(request.instance, stop=stop, on_progress=on_progress))
    found = claiming.claims.place_with(
        request,
        lambda asked: solve(asked.instance, stop=stop, on_progress=on_progress),
        expires_s=claiming.expires_s,
    )
    return Placed(request=found.request, answer=found.answer, claiming=claiming, guests=found.guests)
