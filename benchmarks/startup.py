"""
Time whole processes: the time that a user waits besides solving, compared with the bare imports.

Run ``python -m benchmarks.startup``; it rewrites its table in benchmarks/README.md. Commands take turns, so that a slow
moment of the machine hits all of them; a ratio compares medians of one run. Bytecode is cached for all of them, as
``pip install`` leaves it: an untimed first round fills a cache of their own.
"""

from __future__ import annotations

import argparse
import os
import platform
import subprocess
import sys
from importlib.metadata import version
from pathlib import Path
from statistics import median
from tempfile import TemporaryDirectory
from time import perf_counter

from benchmarks.instance_table import FOLDER

RUNS = 21
README = Path(__file__).parent / "README.md"
BEGIN, END = "<!-- startup: begin -->", "<!-- startup: end -->"
PLACER = [sys.executable, "-c", "from placer.cli import main; main()", "solve", "-q"]
LIGHT = "import typer, msgspec, numpy"
SOLVER = "from ortools.sat.python import cp_model"
HEAVY = f"{SOLVER}; import typer, msgspec, networkx"
CASES = [
    ("first-fit", ["epyc-8n.json", "--strategy", "first-fit"], LIGHT, 1.6),
    ("optimal, proved by enumeration", ["opteron-8n.json"], SOLVER, 0.8),
    ("cpsat", ["opteron-8n.json", "--strategy", "cpsat"], HEAVY, 1.2),
]


def main() -> int:
    """Time every case and rewrite the table."""
    argparse.ArgumentParser(prog="python -m benchmarks.startup", description=__doc__).parse_args()
    commands = {name: [*PLACER, str(FOLDER / words[0]), *words[1:]] for name, words, _, _ in CASES}
    commands |= {code: [sys.executable, "-c", code] for code in (LIGHT, SOLVER, HEAVY)}
    with TemporaryDirectory() as cache:
        times = _measured(commands, cache)
    readme = README.read_text(encoding="utf-8")
    before, _, rest = readme.partition(BEGIN)
    README.write_text(f"{before}{BEGIN}\n{_table(times)}{END}{rest.partition(END)[2]}", encoding="utf-8")
    return 0


def _measured(commands: dict[str, list[str]], cache: str) -> dict[str, list[float]]:
    """Return the wall times of every command, in seconds, with bytecode kept in the folder ``cache``."""
    environment = {name: text for name, text in os.environ.items() if name != "PYTHONDONTWRITEBYTECODE"}
    environment["PYTHONPYCACHEPREFIX"] = cache
    times: dict[str, list[float]] = {name: [] for name in commands}
    for run in range(RUNS + 1):
        print(f"run {run} of {RUNS}", file=sys.stderr)
        for name, command in commands.items():
            started = perf_counter()
            subprocess.run(command, stdout=subprocess.DEVNULL, check=True, env=environment)
            if run:
                times[name].append(perf_counter() - started)
    return times


def _table(times: dict[str, list[float]]) -> str:
    lines = ["| `placer solve` | seconds | against | seconds | ratio | aim |", "| --- | --: | --- | --: | --: | --: |"]
    for name, words, code, aim in CASES:
        own, other = median(times[name]), median(times[code])
        lines.append(f"| {name}, {words[0]} | {own:.2f} | `{code}` | {other:.2f} | {own / other:.2f} | at most {aim} |")
    versions = ", ".join(f"{package} {version(package)}" for package in ("ortools", "numpy", "typer", "msgspec"))
    lines.append(f"\nMedians of {RUNS} runs; Python {platform.python_version()}, {versions}, {platform.machine()}.\n")
    return "\n".join(lines)


if __name__ == "__main__":
    sys.exit(main())
