"""Runs placer as its users do: within this process where that shows the same, as a process of its own elsewhere."""

from __future__ import annotations

import io
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from placer.cli import main

INSTANCES = Path(__file__).resolve().parents[2] / "instances"
ENTRY = (sys.executable, "-c", "from placer.cli import main; main()")

HOST = """\
host                   : two
nr_cpus                : 8
nr_nodes               : 2
cpu_topology           :
cpu:    core    socket     node
  0:       0        0        0
  1:       1        0        0
  2:       2        0        0
  3:       3        0        0
  4:       0        1        1
  5:       1        1        1
  6:       2        1        1
  7:       3        1        1
numa_info              :
node:    memsize    memfree    distances
   0:      8192       4096      10,21
   1:      8192       3072      21,10
"""
"""4 GiB free on pnode 0 (pcpus 0-3), 3 GiB on pnode 1 (pcpus 4-7)."""


@dataclass(frozen=True)
class Ran:
    """How a command ended and what it printed."""

    code: int
    out: str
    err: str

    @property
    def lines(self) -> list[str]:
        return self.out.splitlines()


def placer(*words: object, stdin: str | bytes = b"") -> Ran:
    """Run a command within this process."""
    given = stdin.encode() if isinstance(stdin, str) else stdin
    streams = {"stdin": io.TextIOWrapper(io.BytesIO(given))}
    streams |= {name: io.TextIOWrapper(io.BytesIO()) for name in ("stdout", "stderr")}
    with _swapped(argv=["placer", *map(str, words)], **streams):
        try:
            main()
            code = 0
        except SystemExit as end:
            code = end.code if isinstance(end.code, int) else int(end.code is not None)
    out, err = (_written(streams[name]) for name in ("stdout", "stderr"))
    return Ran(code, out, err)


def placer_process(*words: object, stdin: bytes = b"", **options: object) -> Ran:
    """Run a command as a process of its own."""
    ended = subprocess.run(
        [*ENTRY, *map(str, words)], input=stdin, capture_output=True, timeout=120, check=False, **options
    )  # type: ignore[call-overload]
    return Ran(ended.returncode, ended.stdout.decode(), ended.stderr.decode())


def a_cfg(name: str = "db", *, memory: int = 1024, vcpus: int = 2, kind: str = "hvm", more: str = "") -> str:
    """Write an xl.cfg; memory in MiB."""
    return f'name = "{name}"\ntype = "{kind}"\nmemory = {memory}\nvcpus = {vcpus}\n{more}'


def a_folder(folder: Path, **texts: str | bytes) -> Path:
    """Write files into a folder: ``host.txt``, and one for each keyword, ``db_cfg`` as ``db.cfg``."""
    (folder / "host.txt").write_text(HOST, encoding="utf-8")
    for name, text in texts.items():
        data = text.encode() if isinstance(text, str) else text
        (folder / ".".join(name.rsplit("_", 1))).write_bytes(data)
    return folder


@contextmanager
def _swapped(**replacements: object) -> Iterator[None]:
    before = {name: getattr(sys, name) for name in replacements}
    for name, replacement in replacements.items():
        setattr(sys, name, replacement)
    try:
        yield
    finally:
        for name, value in before.items():
            setattr(sys, name, value)


def _written(stream: io.TextIOWrapper) -> str:
    stream.flush()
    buffer = stream.buffer
    assert isinstance(buffer, io.BytesIO)
    return buffer.getvalue().decode()
