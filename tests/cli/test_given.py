"""Which options stand on the command line, whatever their values."""

from __future__ import annotations

import typer
from typer.testing import CliRunner

from placer.cli.given import given, refuse_given
from placer.errors import InputError

app = typer.Typer()


@app.command()
def command(ctx: typer.Context, moves: int = 0, other_one: bool = False, third: str = "x") -> None:
    typer.echo(given(ctx, "moves", "other_one"))
    refuse_given(ctx, "third", why="is not for this")


def test_an_option_is_given_whatever_its_value_and_one_by_default_is_not() -> None:
    assert CliRunner().invoke(app, []).output == "[]\n"
    assert CliRunner().invoke(app, ["--other-one", "--moves", "0"]).output == "['--moves', '--other-one']\n"


def test_an_option_without_effect_is_refused_by_its_name() -> None:
    ran = CliRunner().invoke(app, ["--third", "x"])
    assert isinstance(ran.exception, InputError)
    assert str(ran.exception) == "--third: is not for this"
