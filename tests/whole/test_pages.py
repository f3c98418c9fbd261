"""Every command on every page prints what the page shows, every example runs, and every link leads somewhere."""

from __future__ import annotations

import ast
import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.support.snapshots import DOMAINS

ROOT = Path(__file__).resolve().parents[2]
DOCS = ROOT / "docs"
BUILT = {"_build", "_generated"}
PAGES = [ROOT / "README.md", *sorted(path for path in DOCS.rglob("*.md") if not BUILT & set(path.parts))]
LINKING = [*PAGES, ROOT / "CONTRIBUTING.md", ROOT / "CHANGELOG.md"]
README, XEN_PAGE = ROOT / "README.md", DOCS / "guides" / "xen.md"
SECONDS = re.compile(r"\d+\.\d{2,3}(?= s\))|(?<=\s)\d+\.\d{3}$", re.MULTILINE)


def name_of(page: Path) -> str:
    return page.relative_to(ROOT).as_posix()


def blocks(language: str) -> list[tuple[str, str]]:
    """Every fenced block of a language, with the name of its page."""
    fence = re.compile(rf"```{language}\n(.*?)```", re.DOTALL)
    return [(name_of(page), block) for page in PAGES for block in fence.findall(page.read_text(encoding="utf-8"))]


ENVIRONMENT = {**os.environ, "PYTHONPATH": str(ROOT)}
EXAMPLES, INSTANCES = blocks("python"), blocks("json")
IN_ONE_FOLDER = "docs/guides/many-starts.md"
"""A page whose sessions go on with the files of those before them."""
SESSIONS = [each for each in blocks("console") if each[0] != IN_ONE_FOLDER]
SESSIONS.append((IN_ONE_FOLDER, "".join(session for page, session in blocks("console") if page == IN_ONE_FOLDER)))


@pytest.fixture
def clone(tmp_path: Path) -> Path:
    shutil.copytree(ROOT / "instances", tmp_path / "instances")
    return tmp_path


def steps(session: str) -> list[tuple[str, str]]:
    parts = re.split(r"^\$ (.*)\n", session, flags=re.MULTILINE)[1:]
    return list(zip(parts[::2], parts[1::2], strict=True))


def same_but_for_time(text: str) -> str:
    return re.sub(r" +", " ", SECONDS.sub("0", text)).strip()


@pytest.mark.parametrize(
    "session", [session for _, session in SESSIONS], ids=[f"{page}: {one.splitlines()[0]}" for page, one in SESSIONS]
)
def test_each_console_session_prints_what_its_page_shows(session: str, clone: Path) -> None:
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
        assert ran.returncode in {0, 1}, ran.stderr
    for drawn in clone.glob("*.svg"):
        kept = DOCS / drawn.name
        assert not kept.exists() or drawn.read_text(encoding="utf-8") == kept.read_text(encoding="utf-8")


def test_the_picture_of_the_readme_is_drawn_by_commands_that_it_shows() -> None:
    readme = README.read_text(encoding="utf-8")
    (shown,) = re.findall(r"^!\[.+\]\(docs/(.+\.svg)\)$", readme, re.MULTILINE)
    assert any(f"--output {shown}\n" in session for page, session in SESSIONS if page == "README.md")


def test_the_pages_show_sessions() -> None:
    assert len(SESSIONS) >= 12
    assert {"README.md", "docs/guides/xen.md", "docs/guides/libvirt.md"} <= {page for page, _ in SESSIONS}


XL = """\
#!/bin/sh
# What a dom0's xl had printed; create is only written down.
case "$*" in
"info -n" | info) cat {captured}/xl-info.txt ;;
"list -l") cat {captured}/xl-list.json ;;
"dmesg") cat {captured}/dmesg.txt ;;
"create "*) cp "$2" {folder}/created.cfg ;;
"vcpu-list") cat {captured}/vcpu-list.txt ;;
"list -v") cat {folder}/domains.txt ;;
"cpupool-list -c") printf 'Name CPU list\nPool-0 0-15\n' ;;
"dmesg -c" | "debug-keys u") echo "(XEN) old line" ;;
*) echo "xl $*: not among the page's commands" >&2; exit 1 ;;
esac
"""
WAY_TO_A_GUEST = r"## From dom0 to a running guest\n\n```sh\n(.*?)```"


CAPTURED = ROOT / "instances" / "xl" / "running"


def programs_of_a_dom0(folder: Path) -> Path:
    """A folder of programs for PATH: an xl that prints what a dom0's did, and placer."""
    programs = folder / "bin"
    programs.mkdir()
    placer = f'#!/bin/sh\nexec {sys.executable} -c "from placer.cli import main; main()" "$@"\n'
    (folder / "domains.txt").write_text(DOMAINS, encoding="utf-8")
    for name, script in {"xl": XL.format(captured=CAPTURED, folder=folder), "placer": placer}.items():
        (programs / name).write_text(script)
        (programs / name).chmod(0o755)
    return programs


def test_the_way_from_dom0_to_a_running_guest_runs_as_written(tmp_path: Path) -> None:
    (commands,) = re.findall(WAY_TO_A_GUEST, XEN_PAGE.read_text(encoding="utf-8"), re.DOTALL)
    programs = programs_of_a_dom0(tmp_path)
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
    assert (tmp_path / "dump.txt").read_text() == (CAPTURED / "dmesg.txt").read_text()


@pytest.mark.parametrize("page, example", EXAMPLES)
def test_each_python_example_runs_and_prints_what_its_last_line_says(page: str, example: str, clone: Path) -> None:
    script = clone / "example.py"  # a process pool imports its file
    script.write_text(example, encoding="utf-8")
    path = f"{programs_of_a_dom0(clone)}:{os.environ['PATH']}"
    ran = subprocess.run(
        [sys.executable, script],
        cwd=clone,
        env={**ENVIRONMENT, "PATH": path},
        capture_output=True,
        text=True,
        timeout=120,
    )
    assert ran.returncode == 0, ran.stderr
    last = example.splitlines()[-1]
    if last.startswith("# "):
        assert ran.stdout.strip() == last.removeprefix("# ")
    else:
        assert ran.stdout.count("OPTIMAL") == 2


def test_there_are_examples_with_numa_and_without() -> None:
    assert len(EXAMPLES) >= 2
    assert any("placer.read_instance" in example for _, example in EXAMPLES)
    assert any("placer.gqap" in example for _, example in EXAMPLES)


def test_the_example_instance_is_one() -> None:
    from placer.formats.native.instance_json import parse_instance

    ((page, example),) = INSTANCES
    instance = parse_instance(example, page)
    assert instance.guests[0].vnodes[1].pnode == 1
    assert instance.host.pnodes[0].memory_kib == 31 * 2**20


def test_the_second_command_is_the_one_that_ci_runs() -> None:
    ci = (ROOT / ".ci" / "run").read_text(encoding="utf-8")
    assert ".venv/bin/python -m pytest -n auto\n" in README.read_text(encoding="utf-8")
    assert ".venv/bin/python -m pytest -n auto\n" in ci


def without_code(text: str) -> str:
    return re.sub(r"^(`{3,}).*?^\1$", "", text, flags=re.DOTALL | re.MULTILINE)


def anchors(page: Path) -> set[str]:
    """The anchors of a page's headings, as GitHub and MyST make them."""
    headings = re.findall(r"^#+ (.+)$", without_code(page.read_text(encoding="utf-8")), re.MULTILINE)
    return {re.sub(r"[^\w\- ]", "", heading.lower()).replace(" ", "-") for heading in headings}


@pytest.mark.parametrize("page", LINKING, ids=name_of)
def test_every_link_of_a_page_leads_somewhere(page: Path) -> None:
    for target in re.findall(r"\]\(([^)\s]+)\)", without_code(page.read_text(encoding="utf-8"))):
        if re.match(r"https?:", target):
            continue
        path, _, anchor = target.partition("#")
        file = page.parent / path if path else page
        assert file.exists(), target
        if anchor:
            assert anchor in anchors(file), target


def test_every_page_is_in_the_table_of_contents() -> None:
    index = (DOCS / "index.md").read_text(encoding="utf-8")
    pages = {path.relative_to(DOCS).with_suffix("").as_posix() for path in PAGES[1:]} - {"index"}
    listed = {line for block in re.findall(r"```\{toctree\}\n(.*?)```", index, re.DOTALL) for line in block.split()}
    assert pages <= listed


def test_every_message_that_a_page_explains_is_one_of_placer() -> None:
    """Tables of messages quote the fixed part; the last section quotes those of xl and libxl instead."""
    ours, heading, _ = (DOCS / "reference" / "messages.md").read_text(encoding="utf-8").partition("## What xl and")
    assert heading
    quoted = re.findall(r"^\| `(.+?)` \|", ours, re.MULTILINE)
    assert len(quoted) > 20
    said = {
        node.value
        for path in (ROOT / "placer").rglob("*.py")
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.Constant) and isinstance(node.value, str)
    }
    assert [words for words in quoted if not any(words in each for each in said)] == []


def test_the_page_of_the_objective_shows_the_file_of_expected_guests() -> None:
    page = (DOCS / "concepts" / "objective.md").read_text(encoding="utf-8")
    shapes = (ROOT / "instances" / "xl" / "expected.json").read_text(encoding="utf-8")
    assert f"```text\n{shapes}```" in page


def test_the_page_of_the_objective_has_every_term() -> None:
    from placer.instance.objective_terms import MOVED, TIERS, VNODES

    page = (DOCS / "concepts" / "objective.md").read_text(encoding="utf-8")
    terms = [term for tier in TIERS for term in tier]
    assert [term for term in (*terms, MOVED, VNODES) if not re.search(rf"\b{term}\b", page)] == []
