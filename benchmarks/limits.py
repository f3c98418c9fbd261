"""
Measure how far ``placer solve`` passes its time limit, and how soon Ctrl-C ends it, on instances that take longest.

Whole processes, imports and output included, and calls of the library; ``python -m benchmarks.limits`` rewrites
benchmarks/limits.md.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import random
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from time import perf_counter, sleep
from typing import Any

from tests.support.building import tree_slit

PAGE = Path(__file__).parent / "limits.md"
PLACER = [sys.executable, "-c", "from placer.cli import main; main()", "solve"]
CALL = """
import sys, time, placer
instance = placer.read_instance(sys.argv[1])
began = time.perf_counter()
status = placer.solve(instance, time_limit_s=float(sys.argv[2])).status
print(time.perf_counter() - began, status)
"""
LIMITS_S = (0.1, 0.4, 1.0, 5.0)
AFTER_S = (0.05, 0.15, 0.4, 1.0, 3.0)
"""Seconds after which Ctrl-C is pressed."""
GIB = 1 << 20


def main() -> int:
    """Measure all cases and write the page."""
    argparse.ArgumentParser("python -m benchmarks.limits", description=__doc__).parse_args()
    with TemporaryDirectory() as folder:
        lines = [*_lines(Path(folder))]
    PAGE.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return 0


def hard(guests: int, pnodes: int, *, fill: float, seed: int, traffic: bool) -> dict[str, Any]:
    """Make an instance of guests of 1 to 8 unequal vnodes with rules between them, which fill so much of the memory."""
    dice = random.Random(seed)
    host = _host(pnodes)
    made = [_guest(f"g{i}", dice, traffic=traffic) for i in range(guests)]
    vnodes = [vnode for guest in made for vnode in guest["vnodes"]]
    scale = fill * sum(pnode["memory_kib"] for pnode in host["pnodes"]) / sum(vnode["memory_kib"] for vnode in vnodes)
    for vnode in vnodes:
        vnode["memory_kib"] = int(vnode["memory_kib"] * scale) // 1024 * 1024
    names = [guest["name"] for guest in made]
    rules = [{"apart": dice.sample(names, dice.randint(2, 4))} for _ in range(guests // 3)]
    return {"host": host, "guests": made, "rules": rules}


def _host(pnodes: int) -> dict[str, Any]:
    return {
        "pnodes": [
            {
                "id": p,
                "memory_kib": 64 * GIB,
                "pcpus": [*range(24 * p, 24 * p + 24)],
                "cores": [[24 * p + i, 24 * p + i + 1] for i in range(0, 24, 2)],
            }
            for p in range(pnodes)
        ],
        "slit": tree_slit((2, 4, 8, 32, pnodes), (10, 12, 16, 20, 21, 32)),
    }


def _guest(name: str, dice: random.Random, *, traffic: bool) -> dict[str, Any]:
    sizes = [dice.randint(100, 300) for _ in range(dice.choice((1, 2, 2, 4, 4, 6, 8)))]
    counts = [dice.randint(1, 4) for _ in sizes]
    starts = [sum(counts[:v]) for v in range(len(counts))]
    vnodes = [
        {"memory_kib": size, "vcpus": [*range(start, start + count)]}
        for size, start, count in zip(sizes, starts, counts, strict=True)
    ]
    own = {"traffic": [[dice.randint(0, 9) for _ in sizes] for _ in sizes]} if traffic and len(sizes) > 1 else {}
    return {"name": name, "vnodes": vnodes, **own}


CASES: dict[str, dict[str, Any]] = {
    "121 guests with traffic of their own on 64 pnodes": {"guests": 121, "pnodes": 64, "fill": 0.75, "traffic": True},
    "the same, as full as vnodes fit no more": {"guests": 121, "pnodes": 64, "fill": 0.97, "traffic": True},
    "1,000 guests on 128 pnodes": {"guests": 1000, "pnodes": 128, "fill": 0.75, "traffic": False},
    "the same with traffic of their own": {"guests": 1000, "pnodes": 128, "fill": 0.75, "traffic": True},
}


def _lines(folder: Path) -> Iterator[str]:
    yield "# Limits\n"
    yield (
        "How long `placer solve` takes beyond `--time-limit`. Written by `python -m benchmarks.limits`; "
        f"Python {platform.python_version()}, {platform.machine()}, {os.cpu_count()} cpus that did other work too."
    )
    yield (
        "The limit of a command counts from the first line of placer; its process also starts and ends Python, which "
        f"took {_python_s():.2f} s. That of a call of the library counts from the call.\n"
    )
    yield "| case | limit s | process s | beyond | MiB | answer | library s | beyond | answer |"
    yield "| --- | --: | --: | --: | --: | --- | --: | --: | --- |"
    paths = {}
    for seed, (name, options) in enumerate(CASES.items()):
        path = paths[name] = folder / f"{seed}.json"
        path.write_text(json.dumps(hard(seed=seed, **options)), encoding="utf-8")
        for limit_s in LIMITS_S:
            print(name, limit_s, file=sys.stderr)
            yield f"| {name} | {limit_s:g} | {_process(path, limit_s)} | {_library(path, limit_s)} |"
    yield "\n## Ctrl-C\n"
    yield (
        "Seconds from Ctrl-C to the end of the process, and its exit code: 3 without an answer, 0 with one; 1 or -2 "
        "while Python starts, before the first line of placer.\n"
    )
    yield "| case | " + " | ".join(f"after {after_s:g} s" for after_s in AFTER_S) + " |"
    yield "| --- |" + " --: |" * len(AFTER_S)
    for name, path in paths.items():
        yield f"| {name} | " + " | ".join(_interrupted(path, after_s) for after_s in AFTER_S) + " |"


def _python_s() -> float:
    began = perf_counter()
    subprocess.run([sys.executable, "-c", "pass"], check=True)
    return perf_counter() - began


def _process(path: Path, limit_s: float) -> str:
    began = perf_counter()
    process = subprocess.Popen(
        [*PLACER, "-q", str(path), "--time-limit", str(limit_s)], stdout=subprocess.PIPE, stderr=subprocess.PIPE
    )
    assert process.stdout is not None
    out = process.stdout.read()
    assert process.stderr is not None
    told = process.stderr.read()
    _, _, usage = os.wait4(process.pid, 0)
    took = perf_counter() - began
    status = (out or told).split(b":", 1)[0].decode()
    return f"{took:.2f} | {took - limit_s:+.2f} | {usage.ru_maxrss >> 10} | {status}"


def _library(path: Path, limit_s: float) -> str:
    words = [sys.executable, "-c", CALL, str(path), str(limit_s)]
    took, status = subprocess.check_output(words, text=True).split()
    return f"{float(took):.2f} | {float(took) - limit_s:+.2f} | {status}"


def _interrupted(path: Path, after_s: float) -> str:
    process = subprocess.Popen(
        [*PLACER, "-q", str(path), "--time-limit", "60"],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        preexec_fn=lambda: signal.signal(signal.SIGINT, signal.default_int_handler),  # noqa: PLW1509 (no threads)
    )
    sleep(after_s)
    began = perf_counter()
    process.send_signal(signal.SIGINT)
    _, told = process.communicate()
    traceback = b"Traceback" in told and b"placer" in told
    return f"{perf_counter() - began:.2f} ({process.returncode}{', with a traceback' * traceback})"


if __name__ == "__main__":
    sys.exit(main())
