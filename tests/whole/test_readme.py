"""The README's commands print what it shows, and its Python example runs."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
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


XL = """\
#!/bin/sh
# What a dom0's xl had printed; create is only written down.
case "$*" in
"info -n") cat {captured}/xl-info.txt ;;
"list -l") cat {captured}/xl-list.json ;;
"dmesg") cat {captured}/dmesg.txt ;;
"create "*) cp "$2" {folder}/created.cfg ;;
"dmesg -c" | "debug-keys u") echo "(XEN) old line" ;;
*) echo "xl $*: not in the README's commands" >&2; exit 1 ;;
esac
"""
WAY_TO_A_GUEST = r"### From dom0 to a running guest\n\n```sh\n(.*?)```"


def test_the_way_from_dom0_to_a_running_guest_runs_as_written(tmp_path: Path) -> None:
    (commands,) = re.findall(WAY_TO_A_GUEST, README, re.DOTALL)
    captured = ROOT / "instances" / "xl" / "running"
    programs = tmp_path / "bin"
    programs.mkdir()
    placer = f'#!/bin/sh\nexec {sys.executable} -c "from placer.cli import main; main()" "$@"\n'
    for name, script in {"xl": XL.format(captured=captured, folder=tmp_path), "placer": placer}.items():
        (programs / name).write_text(script)
        (programs / name).chmod(0o755)
    (tmp_path / "mail.cfg").write_text(
        'name = "mail"\ntype = "hvm"\nmemory = 256\nvcpus = 2\n'
        'vnuma = [["size=128", "vcpus=0", "vdistances=10,20"], ["size=128", "vcpus=1", "vdistances=20,10"]]\n'
    )
    ran = subprocess.run(
        ["sh", "-e", "-c", commands],
        cwd=tmp_path,
        env={**os.environ, "PATH": f"{programs}:{os.environ['PATH']}"},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr
    created = (tmp_path / "created.cfg").read_text()
    assert created == (tmp_path / "placed" / "mail.cfg").read_text()
    assert len(re.findall(r'"pnode=\d+"', created)) == 2
    assert (tmp_path / "dump.txt").read_text() == (captured / "dmesg.txt").read_text()


def python_example(heading: str) -> str:
    found = re.search(rf"^#+ {heading}\n.*?```python\n(.*?)```", README, re.DOTALL | re.MULTILINE)
    assert found
    return found[1]


def test_the_library_example_solves_two_instances_in_two_threads(clone: Path) -> None:
    example = python_example("From Python")
    ran = subprocess.run([sys.executable, "-c", example], cwd=clone, capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.count("OPTIMAL") == 2


def test_the_example_without_numa_prints_what_its_last_line_says() -> None:
    example = python_example("Quadratic assignment without NUMA")
    ran = subprocess.run([sys.executable, "-c", example], capture_output=True, text=True, timeout=120)
    assert ran.returncode == 0, ran.stderr
    assert ran.stdout.strip() == example.rpartition("#")[2].strip()


def test_the_example_instance_is_one() -> None:
    from placer.formats.native.instance_json import parse_instance

    (example,) = re.findall(r"```json\n(.*?)```", README, re.DOTALL)
    instance = parse_instance(example, "README.md")
    assert instance.guests[0].vnodes[1].pnode == 1
    assert instance.host.pnodes[0].memory_kib == 31 * 2**20


def test_the_second_command_is_the_one_that_ci_runs() -> None:
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert ".venv/bin/python -m pytest\n" in README
    assert ".venv/bin/python -m pytest\n" in ci
