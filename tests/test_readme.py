"""The README's commands print what it shows, and its Python example runs."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
README = (ROOT / "README.md").read_text(encoding="utf-8")
SESSIONS = re.findall(r"```console\n(.*?)```", README, re.DOTALL)
SECONDS = re.compile(r"\d+\.\d{2,3}(?= s\))|(?<=\s)\d+\.\d{3}$", re.MULTILINE)


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "instances", tmp_path / "instances")
    return tmp_path


def steps(session: str) -> list[tuple[str, str]]:
    parts = re.split(r"^\$ (.*)\n", session, flags=re.MULTILINE)[1:]
    return list(zip(parts[::2], parts[1::2], strict=True))


def same_but_for_time(text: str) -> str:
    return re.sub(r" +", " ", SECONDS.sub("0", text)).strip()


@pytest.mark.parametrize("session", SESSIONS, ids=[session.splitlines()[0] for session in SESSIONS])
def test_each_console_session_prints_what_the_readme_shows(session: str, clone: Path) -> None:
    for command, shown in steps(session):
        words = command.split()
        assert words[0] == "placer"
        ran = subprocess.run(
            [sys.executable, "-c", "from placer.cli import main; main()", *words[1:]],
            cwd=clone,
            capture_output=True,
            text=True,
            timeout=120,
        )
        assert same_but_for_time(ran.stdout) == same_but_for_time(shown), ran.stderr


def test_the_readme_shows_sessions() -> None:
    assert len(SESSIONS) >= 4


def test_the_library_example_solves_two_instances_in_two_threads(clone: Path) -> None:
    (example,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    ran = subprocess.run([sys.executable, "-c", example], cwd=clone, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count("OPTIMAL") == 2


def test_the_example_instance_is_one() -> None:
    from placer.read.instance_json import parse_instance

    (example,) = re.findall(r"```json\n(.*?)```", README, re.DOTALL)
    instance = parse_instance(example, "README.md")
    assert instance.guests[0].vnodes[1].pnode == 1
    assert instance.host.pnodes[0].memory_kib == 31 * 2**20


def test_the_second_command_is_the_one_that_ci_runs() -> None:
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert ".venv/bin/python -m pytest\n" in README
    assert ".venv/bin/python -m pytest\n" in ci
