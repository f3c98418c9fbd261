"""The ``placer`` command and what every subcommand shares: exit codes and errors."""

from __future__ import annotations

import sys
from typing import Annotated

import typer

from placer.cli.check import check
from placer.cli.compare import compare
from placer.cli.importing import import_
from placer.cli.schema import schema
from placer.cli.solve import solve
from placer.errors import PlacerError

BAD_INPUT = 2
UNKNOWN = 3
DEFECT = 70

app = typer.Typer(
    help="Place the virtual NUMA nodes of Xen guests on the NUMA nodes of a host, and prove how good that is.",
    epilog="Exit codes: 0 placed (check: all rules hold), 1 proved infeasible (check: a rule is broken), 2 bad input, "
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
app.command()(schema)


@app.callback()
def _options(
    version: Annotated[bool, typer.Option("--version", help="Print the version and exit.", is_eager=True)] = False,
) -> None:
    if version:
        from importlib.metadata import version as version_of

        print(f"placer {version_of('placer')}")
        raise typer.Exit


def main() -> None:
    """Run the command line; a user's mistake ends in one clear line, a defect keeps its traceback."""
    try:
        app()
    except PlacerError as error:
        print(f"error: {error}", file=sys.stderr)
        sys.exit(BAD_INPUT)
    except KeyboardInterrupt:
        sys.exit(UNKNOWN)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    except Exception:
        import traceback

        traceback.print_exc()
        print("error: this is a defect in placer; please report it with the lines above", file=sys.stderr)
        sys.exit(DEFECT)
