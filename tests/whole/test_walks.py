"""
Three people use the wheel as it is installed, outside the clone: an administrator, a toolstack author, an engineer.

Each walk types what a page shows, and nothing else.
"""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.commands import HOST

ROOT = Path(__file__).resolve().parents[2]
README, DOCS = ROOT / "README.md", ROOT / "docs"


@pytest.fixture(scope="module")
def installed(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A folder with the wheel in it, made from a copy of what the wheel is made from."""
    folder = tmp_path_factory.mktemp("installed")
    source = folder / "source"
    shutil.copytree(ROOT / "placer", source / "placer", ignore=shutil.ignore_patterns("__pycache__"))
    for name in ("pyproject.toml", "README.md", "LICENSE"):
        shutil.copy(ROOT / name, source)
    pip = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    subprocess.run([*pip, "wheel", "--no-deps", "--wheel-dir", folder, source], check=True, timeout=300)
    (wheel,) = folder.glob("placer-*.whl")
    subprocess.run([*pip, "install", "--no-deps", "--target", folder / "site", wheel], check=True, timeout=300)
    shutil.rmtree(source)
    return folder / "site"


@pytest.fixture
def desk(installed: Path, tmp_path: Path) -> Path:
    """Where somebody works: only a host's and a guest's file are there."""
    (tmp_path / "host.txt").write_text(HOST)
    (tmp_path / "db.cfg").write_text(
        '# ours\nname = "db"\ntype = "hvm"\nmemory = 6144\nvcpus = 4\ndisk = ["phy:/dev/vg0/db,xvda,w"]\n'
    )
    return tmp_path


def walk(desk: Path, installed: Path, *words: str | Path) -> str:
    environment = {**os.environ, "PYTHONPATH": str(installed), "PATH": f"{installed / 'bin'}:{os.environ['PATH']}"}
    ran = subprocess.run(words, cwd=desk, env=environment, capture_output=True, text=True, timeout=120, check=False)
    assert ran.returncode == 0, ran.stderr
    return ran.stdout


def examples(page: Path) -> list[str]:
    return re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), re.DOTALL)


def test_the_wheel_is_what_runs(desk: Path, installed: Path) -> None:
    where = walk(desk, installed, sys.executable, "-c", "import placer; print(placer.__file__)")
    assert Path(where.strip()) == installed / "placer" / "__init__.py"


def test_an_administrator_gets_from_the_readme_to_a_written_cfg(desk: Path, installed: Path) -> None:
    """The commands are the README's: its host and guest files by name, a folder for the result."""
    shown = "placer solve --host host.txt db.cfg --format xl -o placed/"
    assert shown in README.read_text(encoding="utf-8")
    assert walk(desk, installed, "placer", "solve", "--host", "host.txt", "db.cfg").startswith("OPTIMAL")
    walk(desk, installed, *shown.split())
    written = (desk / "placed" / "db.cfg").read_text()
    assert written.startswith("# ours\n")
    assert 'disk = ["phy:/dev/vg0/db,xvda,w"]' in written
    sizes = {int(pnode): int(mib) for pnode, mib in re.findall(r'"pnode=(\d)", "size=(\d+)"', written)}
    assert sizes.keys() == {0, 1}
    assert sum(sizes.values()) == 6144
    assert sizes[0] <= 4096
    assert sizes[1] <= 3072  # what the host has free


def test_a_toolstack_author_gets_to_vnode_to_pnode_and_back(desk: Path, installed: Path) -> None:
    """By the guide's calls: read, assemble, solve, emit the arrays; the pnodes come back out of the answer's JSON."""
    guide = (DOCS / "guides" / "toolstack.md").read_text(encoding="utf-8")
    calls = ("placer.read_host(", "placer.read_guests(", "placer.assemble(", "placer.emit(", '"hypercall"')
    assert [call for call in (*calls, "placer.to_json(", "placer.read_placement") if call not in guide] == []
    (desk / "author.py").write_text(
        """
import json
import placer

host = placer.read_host("host.txt")
request = placer.assemble(host, placer.read_guests("db.cfg", host))
answer = placer.solve(request.instance)
arrays = json.loads(placer.emit(request, answer, "hypercall")["db"])
back = placer.read_placement(placer.Text(placer.to_json(answer, request)))
pnodes = sorted(arrays["vnode_to_pnode"])
print(answer.status, pnodes, sorted(set(back.pnode_of["db"])) == pnodes)
"""
    )
    assert walk(desk, installed, sys.executable, "author.py") == "OPTIMAL [0, 1] True\n"


def test_an_optimisation_engineer_solves_a_problem_of_plain_arrays(desk: Path, installed: Path) -> None:
    """The methods page leads to the example of the library page; a host plays no part."""
    assert "(reference/library.md#quadratic-assignment-without-numa)" in (DOCS / "methods.md").read_text(
        encoding="utf-8"
    )
    (example,) = [one for one in examples(DOCS / "reference" / "library.md") if "placer.gqap" in one]
    (desk / "engineer.py").write_text(example)
    assert walk(desk, installed, sys.executable, "engineer.py").strip() == example.splitlines()[-1].removeprefix("# ")
