"""
What the fakes of xl and virsh have in common: a host in a file, planned failures, and the command line.

FAKE_XL names the folder of the state. ``calls.log`` in it has all calls; a file ``fail`` has lines ``COMMAND COUNT
MODE``: that call of the command, counted from 1, fails.
"""

# pathlib takes longer to import than all else here, and each call of a fake is a process
# ruff: noqa: PTH110, PTH123
from __future__ import annotations

import json
import os
import sys

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Callable, Mapping
    from pathlib import Path
    from typing import Any

    State = dict[str, Any]

FOLDER = os.environ.get("FAKE_XL", ".")


class FailedError(Exception):
    """The command fails with this message."""


def install(folder: Path, name: str) -> None:
    """Make ``tests.support.fake_NAME`` a program NAME in a folder, one that starts fast."""
    root = os.path.abspath(f"{__file__}/../../..")  # noqa: PTH100
    run = f"import sys; from tests.support.fake_{name} import main; sys.exit(main())"
    program = folder / name
    program.write_text(f"#!/bin/sh\nPYTHONPATH='{root}' exec '{sys.executable}' -P -s -S -c '{run}' \"$@\"\n")
    program.chmod(0o755)


def say(text: str) -> None:
    """Print a line."""
    sys.stdout.write(text + "\n")


def read(path: str) -> bytes:
    """Read a file."""
    with open(path, "rb") as file:
        return file.read()


def write(path: str, content: bytes) -> None:
    """Write a file."""
    with open(path, "wb") as file:
        file.write(content)


def load() -> State:
    """Read the host."""
    state: State = json.loads(read(f"{FOLDER}/host.json"))
    return state


def store(state: State) -> None:
    """Write the host."""
    write(f"{FOLDER}/host.json", json.dumps(state).encode())


def fault(state: State, command: str) -> str:
    """Count a call of a command, and tell how it is to fail; empty where it is not."""
    state["calls"][command] = state["calls"].get(command, 0) + 1
    store(state)
    plan = f"{FOLDER}/fail"
    for line in read(plan).decode().splitlines() if os.path.exists(plan) else ():
        name, count, mode = line.split()
        if name == command and int(count) == state["calls"][command]:
            return mode
    return ""


def run(commands: Mapping[str, Callable[[State, list[str]], None]], prefix: str, ignored: str) -> int:
    """
    Log the call, and do it with the host as it is.

    Parameters
    ----------
    commands
        Has a function ``command_NAME`` for each command.
    prefix
        What the message of a failure begins with.
    ignored
        An option that changes nothing here.
    """
    command, *words = sys.argv[1:]
    with open(f"{FOLDER}/calls.log", "a") as log:
        log.write(" ".join(sys.argv[1:]) + "\n")
    try:
        commands[f"command_{command.replace('-', '_')}"](load(), [word for word in words if word != ignored])
    except FailedError as error:
        sys.stderr.write(f"{prefix}: {error}\n")
        return 1
    return 0
