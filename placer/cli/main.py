"""The ``placer`` command, and the exit codes and errors that all its subcommands share."""

from __future__ import annotations

import errno
import io
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from placer import interrupts
from placer.assignment import leaving
from placer.cli.check import check
from placer.cli.claims import app as claims
from placer.cli.compare import compare
from placer.cli.draw import draw
from placer.cli.fleet import app as fleet
from placer.cli.host import host
from placer.cli.importing import import_
from placer.cli.outputs import ClosedOutput, abandon_stdout
from placer.cli.rebalance import rebalance
from placer.cli.schema import schema
from placer.cli.show import show
from placer.cli.snapshot import snapshot
from placer.cli.solve import solve
from placer.cli.whatif import whatif
from placer.errors import BatchError, PlacerError

BAD_INPUT = 2
DEFECT = 70
UNWRITABLE = (errno.EBADF, errno.ENOSPC, errno.EFBIG, errno.EIO, errno.EDQUOT)
"""Errors of a standard output that takes no text. The help, which typer prints, meets them here."""


class _Interrupted(Exception):  # noqa: N818 - it is no error
    """Ctrl-C before there is an answer; typer would turn KeyboardInterrupt into an exit code of its own."""


class _Commands(TyperGroup):
    """The commands; they hide Ctrl-C from typer."""

    def invoke(self, ctx: Any) -> Any:
        """Run a command, with Ctrl-C as :class:`_Interrupted`."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise _Interrupted from None


app = typer.Typer(
    cls=_Commands,
    help="Place the virtual NUMA nodes of guests (Xen, libvirt, QEMU) on the NUMA nodes of a host, and prove how far "
    "the placement is from the best.",
    epilog="Exit codes: 0 placed (check: all rules hold, and all guests are where they were meant to be; rebalance: "
    "a plan; whatif: placed under every change), 1 proved infeasible (check: a rule is broken, or a guest is not where "
    "it was meant to be; whatif: infeasible under some change), 2 bad input, wrong usage, or a guest that the format "
    "cannot express, 3 unknown (neither a placement nor a proof), 70 a defect in placer.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(solve)
app.command()(check)
app.command()(compare)
app.command()(whatif)
app.command()(rebalance)
app.command(name="import")(import_)
app.command()(host)
app.command()(snapshot)
app.command()(show)
app.command()(draw)
app.add_typer(claims, name="claims")
app.command()(schema)
app.add_typer(fleet, name="fleet")


def _print_version(wanted: bool) -> None:
    if wanted:
        from importlib.metadata import version

        from placer.cli.outputs import write_stdout

        write_stdout(f"placer {version('placer')}\n")
        raise typer.Exit


@app.callback()
def _options(
    version: Annotated[
        bool, typer.Option("--version", help="Print the version and exit.", is_eager=True, callback=_print_version)
    ] = False,
) -> None:
    pass


def main() -> None:
    """Run the command line. A user's mistake ends in one line on stderr; a defect in placer keeps its traceback."""
    _prepare_streams()
    try:
        try:
            app()
        finally:
            interrupts.ignore()
    except SystemExit as end:
        # a solver that was left may take long to end, and is not waited for
        if interrupts.started() is not None and leaving.any_left():
            sys.stdout.flush()
            os._exit(end.code if isinstance(end.code, int) else 0)
        raise
    except PlacerError as error:
        for each in error.errors if isinstance(error, BatchError) else (error,):
            print(f"error: {each}", file=sys.stderr)
        sys.exit(BAD_INPUT)
    except (KeyboardInterrupt, _Interrupted):
        interrupts.end()  # threads of the solver may still run, and would abort an ordinary exit
    except Exception as error:
        if isinstance(error, OSError) and error.errno in UNWRITABLE and error.filename is None:
            abandon_stdout()
            print(f"error: <stdout>: cannot be written: {error.strerror}", file=sys.stderr)
            sys.exit(BAD_INPUT)
        import traceback

        traceback.print_exc()
        print("error: this is a defect in placer; please report it with the lines above", file=sys.stderr)
        sys.exit(DEFECT)


def _prepare_streams() -> None:
    """
    Make stdout and stderr write UTF-8, whatever the locale.

    Of those that were closed at the start, stdout refuses every answer, and stderr writes nowhere.
    """
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # without a stderr, print() would write to stdout
            nowhere = Path(os.devnull).open("w", encoding="utf-8")  # noqa: SIM115 - stays open, so that its number is taken
            setattr(sys, name, nowhere if name == "stderr" else ClosedOutput(nowhere))
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
