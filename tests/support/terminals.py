"""Runs placer on a terminal of a size: the other end of a pty."""

from __future__ import annotations

import fcntl
import os
import pty
import re
import struct
import subprocess
import termios
from contextlib import suppress
from pathlib import Path

from tests.support.commands import ENTRY

CODES = re.compile(r"\x1b\[[\d;]*m")
"""Codes of colours and styles."""
LOCALES = {"LC_ALL": "C.UTF-8", "TERM": "xterm-256color"}


def on_terminal(*words: object, columns: int = 80, cwd: Path | None = None, **variables: str) -> str:
    """Run a command and give what the terminal got."""
    ours, theirs = pty.openpty()
    fcntl.ioctl(theirs, termios.TIOCSWINSZ, struct.pack("HHHH", 40, columns, 0, 0))
    unset = {"NO_COLOR", "FORCE_COLOR", "COLUMNS", "LINES", "COLORTERM"}
    environment = {name: value for name, value in os.environ.items() if name not in unset}
    with subprocess.Popen(
        [*ENTRY, *map(str, words)],
        stdin=subprocess.DEVNULL,
        stdout=theirs,
        stderr=subprocess.PIPE,
        cwd=cwd,
        env=environment | LOCALES | variables,
    ) as running:
        os.close(theirs)
        got = b""
        with suppress(OSError):  # Linux ends a pty with EIO
            while piece := os.read(ours, 1 << 16):
                got += piece
        os.close(ours)
        assert running.stderr is not None
        assert b"Traceback" not in running.stderr.read()
    return got.decode().replace("\r\n", "\n")


def plain(text: str) -> str:
    return CODES.sub("", text)
