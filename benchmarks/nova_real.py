"""
Compare the reimplementation of nova's placement with nova itself.

``python -m benchmarks.nova_real`` makes an environment with the PyPI package nova, 404 MB, in a cache folder, gives
nova the inputs below, and writes its answers to results/nova.csv. A test compares the reimplementation with that file.
"""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from select import select
from typing import Any

import numpy as np

from benchmarks.contestants.nova import GuestCell, HostCell, Limits, cells_of, fit, fits_cell, parts_of, started, taken
from benchmarks.result_rows import write
from benchmarks.workloads import Workload, quick, scaling

VERSION = "34.0.0"
PATH = Path(__file__).parent / "results" / "nova.csv"
COLUMNS = ("kind", "case", "cells", "answer", "right", "seconds", "version")
CAP_S = 10.0
RANDOM_CASES = 600


@dataclass(frozen=True, kw_only=True)
class Question:
    """
    A host and a guest to fit.

    Parameters
    ----------
    kind
        ``random``, ``workload`` or ``scaling``.
    case
        Identifies the question: a seed, or a workload and the number of its guest.
    """

    kind: str
    case: str
    host: tuple[HostCell, ...]
    guest: tuple[GuestCell, ...]
    limits: Limits | None
    pack: bool = False

    def restated(self) -> tuple[int, ...] | None:
        """Give the answer of the reimplementation."""
        return fit(self.host, self.guest, self.limits, pack=self.pack)

    def right(self, answer: tuple[int, ...] | None) -> bool:
        """Tell whether an answer follows nova's rule for a single cell: every cell fits, or no permutation does."""
        if answer is None:
            return fit(self.host, self.guest, self.limits, pack=self.pack, cached=False) is None
        by_id = {cell.id: cell for cell in self.host}
        return all(fits_cell(by_id[p], part, self.limits) for p, part in zip(answer, self.guest, strict=True))


def random_question(seed: int) -> Question:
    """Draw a host of 1 to 6 cells and a guest of at most as many, with shared, dedicated or mixed cpus."""
    numbers = np.random.default_rng(seed)

    def upto(most: int) -> int:
        return int(numbers.integers(0, most + 1))

    policy = ("shared", "dedicated", "mixed")[upto(2)]
    host = []
    for cell in range(1 + upto(5)):
        memory, cpus, pcpus = 1 + upto(15), 1 + upto(7), 1 + upto(7)
        counts = {"memory": memory, "memory_used": upto(memory), "cpus": cpus, "cpu_usage": upto(cpus)}
        host.append(HostCell(id=cell, **counts, pcpus=pcpus, free_pcpus=upto(pcpus)))
    guest = [
        GuestCell(
            memory=1 + upto(9),
            cpus=0 if policy == "dedicated" else 1 + upto(2),
            pcpus=0 if policy == "shared" else 1 + upto(2),
        )
        for _ in range(1 + upto(len(host) - 1))
    ]
    limits = None if upto(3) == 0 else Limits(cpu=1 + upto(6) / 2, memory=1 + upto(2) / 4)
    pack = bool(upto(1))
    return Question(kind="random", case=str(seed), host=tuple(host), guest=tuple(guest), limits=limits, pack=pack)


def of_workload(kind: str, workload: Workload) -> Iterator[Question]:
    """Give a question for each guest of a workload, on the host with the earlier guests placed."""
    instance = workload.instance()
    cells = cells_of(instance.host)
    for i, guest in enumerate(instance.guests):
        case = f"{' '.join(workload.key())} guest {i}"
        parts = tuple(parts_of(guest))
        yield Question(kind=kind, case=case, host=tuple(cells), guest=parts, limits=Limits())
        chosen = started(cells, parts) if i + 1 < len(instance.guests) else None
        cells = taken(cells, chosen, parts) if chosen else cells


def questions() -> Iterator[Question]:
    """List all questions."""
    yield from map(random_question, range(RANDOM_CASES))
    for workload in quick():
        if workload.arrival != "storm":
            yield from of_workload("workload", workload)
    for workload in scaling():
        yield from of_workload("scaling", workload)


class Nova:
    """nova in a process of its own, started anew where it has taken too long."""

    def __init__(self, python: Path) -> None:
        self._command = [str(python), str(Path(__file__).with_name("nova_worker.py"))]
        self._process = self._start()

    def ask(self, question: Question, cap_s: float = CAP_S) -> dict[str, Any] | None:
        """Give its answer and how long it took; None where that was more than the cap."""
        sender, receiver = self._process.stdin, self._process.stdout
        assert sender is not None
        assert receiver is not None
        sender.write(json.dumps(asdict(question)) + "\n")
        sender.flush()
        if not select([receiver], [], [], cap_s)[0]:
            self.close()
            self._process = self._start()
            return None
        answer: dict[str, Any] = json.loads(receiver.readline())
        return answer

    def close(self) -> None:
        """End it."""
        self._process.kill()
        self._process.wait()

    def _start(self) -> subprocess.Popen[str]:
        return subprocess.Popen(
            self._command, stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )


def environment(folder: Path) -> Path:
    """Make the environment where it does not exist, and give its Python."""
    python = folder / f"nova-{VERSION}" / "bin" / "python"
    done = folder / f"nova-{VERSION}" / "complete"
    if not done.exists():
        print(f"installing nova {VERSION} to {python.parent.parent}", file=sys.stderr)
        subprocess.run([sys.executable, "-m", "venv", str(python.parent.parent)], check=True)
        subprocess.run([str(python), "-m", "pip", "install", "--quiet", f"nova=={VERSION}"], check=True)
        done.touch()
    return python


def words(answer: tuple[int, ...] | None) -> str:
    """Write an answer as the CSV has it."""
    return "none" if answer is None else " ".join(map(str, answer))


def main(arguments: list[str] | None = None) -> int:
    """Ask both, write the file, and say where they differ; exit code 1 where they do."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.nova_real", description=__doc__)
    home = os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache"
    parser.add_argument("--cache", type=Path, default=Path(home) / "placer-benchmarks", metavar="FOLDER")
    nova = Nova(environment(parser.parse_args(arguments).cache))
    nova.ask(random_question(0), cap_s=120.0)  # the first waits for the imports
    rows, differ = [], 0
    for question in questions():
        found = nova.ask(question)
        row = {"kind": question.kind, "case": question.case, "cells": f"{len(question.guest)} {len(question.host)}"}
        if found is None:
            rows.append({**row, "answer": "capped", "seconds": f"{CAP_S}"})
            nova.ask(random_question(0), cap_s=120.0)
            continue
        answer = None if found["cells"] is None else tuple(found["cells"])
        right = "yes" if question.right(answer) else "no"
        rows.append({**row, "answer": words(answer), "right": right, "seconds": str(found["seconds"])})
        if answer != question.restated():
            differ += 1
            print(f"{question.kind} {question.case}: {words(answer)}, restated {words(question.restated())}")
    nova.close()
    write(PATH, COLUMNS, ({**row, "version": VERSION} for row in rows))
    print(f"{len(rows)} questions, {differ} answers differ", file=sys.stderr)
    return bool(differ)


if __name__ == "__main__":
    sys.exit(main())
