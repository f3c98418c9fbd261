"""The ``placer`` command and what every subcommand shares: exit codes and errors."""

from __future__ import annotations

import io
import os
import sys
from pathlib import Path
from typing import Annotated, Any

import typer
from typer.core import TyperGroup

from placer.cli.check import check
from placer.cli.compare import compare
from placer.cli.host import host
from placer.cli.importing import import_
from placer.cli.schema import schema
from placer.cli.solve import solve
from placer.errors import PlacerError

BAD_INPUT = 2
UNKNOWN = 3
DEFECT = 70


class _Interrupted(Exception):  # noqa: N818 - it is no error
    """Ctrl-C with no answer in hand, under a name that typer does not turn into a code of its own."""


class _Commands(TyperGroup):
    def invoke(self, ctx: Any) -> Any:
        """Run the command."""
        try:
            return super().invoke(ctx)
        except KeyboardInterrupt:
            raise _Interrupted from None


app = typer.Typer(
    cls=_Commands,
    help="Place the virtual NUMA nodes of Xen guests on the NUMA nodes of a host, and prove how good that is.",
    epilog="Exit codes: 0 placed (check: all rules hold), 1 proved infeasible (check: a rule is broken, or a "
    "guest is not where it was meant to be), 2 bad input, "
    "usage or a guest that an emitter refuses, 3 unknown, 70 a defect in placer.",
    no_args_is_help=True,
    add_completion=False,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
app.command()(solve)
app.command()(check)
app.command()(compare)
app.command(name="import")(import_)
app.command()(host)
app.command()(schema)


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
    """Run the command line; a user's mistake ends in one clear line, a defect keeps its traceback."""
    _prepare_streams()
    try:
        app()
    except PlacerError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(BAD_INPUT)
    except _Interrupted:
        os._exit(UNKNOWN)  # a solver's threads may still run, and they abort an orderly end
    except Exception:
        import traceback

        traceback.print_exc()
        print("error: this is a defect in placer; please report it with the lines above", file=sys.stderr)
        sys.exit(DEFECT)


def _prepare_streams() -> None:
    """Write UTF-8 as into files, whatever the locale; where a stream was closed before placer started, nowhere."""
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name)
        if stream is None:  # print() would take standard output for a standard error that is missing
            setattr(sys, name, Path(os.devnull).open("w", encoding="utf-8"))  # noqa: SIM115 - for good  # noqa: SIM115 - it replaces stdout for good
        elif isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(encoding="utf-8", errors="backslashreplace")
