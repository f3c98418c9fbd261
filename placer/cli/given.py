"""Which options stand on the command line: one that has no effect is refused there, and not passed over."""

from __future__ import annotations

import typer

from placer.errors import InputError


def given(ctx: typer.Context, *names: str) -> list[str]:
    """
    Give the options that the command line has.

    Parameters
    ----------
    ctx
        Of the command.
    names
        Of its parameters, as the function of the command has them.

    Returns
    -------
    list of str
        Options such as ``--guest-format``, in the order of the command.
    """
    there = {name for name in names if (source := ctx.get_parameter_source(name)) and source.name == "COMMANDLINE"}
    return [each.opts[0] for each in ctx.command.params if each.name in there]


def refuse_given(ctx: typer.Context, *names: str, why: str) -> None:
    """
    Refuse options that have no effect here.

    Raises
    ------
    InputError
        With the options, if the command line has some of them.
    """
    if found := given(ctx, *names):
        raise InputError(why, place=", ".join(found))
