"""Imports follow one arrow, heavy libraries have one home, and the greedy path stays light."""

from __future__ import annotations

import ast
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from itertools import pairwise
from pathlib import Path

import networkx as nx
import pytest

import placer

ROOT = Path(placer.__file__).parent

ORDER = (
    ("errors", "interrupts"),
    ("instance",),
    ("graphs", "check", "assignment", "formats"),
    ("lowering",),
    ("explain", "expected"),
    ("solving",),
    ("job",),
    ("audit", "whatif"),
    ("rebalance",),
    ("claims",),
    ("fleet",),
    ("report",),
    ("draw",),
    ("terminal",),
    ("api",),
    ("cli",),
)
"""Each part may import those before it, and none beside it."""

INSIDE = {
    "assignment": (
        ("terms", "slot_matching"),
        ("slots", "solution"),
        ("model",),
        ("leaving", "incumbents"),
        ("context", "in_time", "method", "build", "validate", "type_faults"),
        ("structure",),
        ("bounds",),
        ("heuristics",),
        ("exact",),
        ("group_relaxation",),
        ("group_assignments",),
        ("root",),
        ("cpsat",),
        ("shared_methods",),
        ("qap_bounds",),
        ("qap_portfolio",),
        ("decomposition",),
        ("portfolio",),
        ("registry",),
    ),
    "formats": (
        ("text", "sighting"),
        ("base", "devices", "foreign", "page_sizes", "stubdomain"),
        ("configured_guest",),
        ("native", "xl", "libxl", "libvirt", "openstack", "linux", "snapshot", "toolstack_limits", "qemu"),
        ("hosts", "guests"),
        ("local_host",),
    ),
    "fleet": (
        ("model",),
        ("files",),
        ("problem",),
        ("bound",),
        ("plan",),
        ("moves",),
        ("arrivals",),
    ),
}
"""The order of the rooms inside a part; those of one row may import each other."""

ONLY = {
    "expected": {"errors", "instance", "lowering"},
    "instance": {"errors"},
    "check": {"errors", "instance"},
    "assignment": {"errors"},
    "formats": {"errors", "instance"},
    "lowering": {"errors", "instance", "assignment"},
}
"""Parts that may import less than what is before them: solvers never see NUMA, the judge never sees solvers."""

HOMES = {
    "ortools": (
        "assignment/cpsat/",
        "assignment/bounds/linear_program",
        "fleet/bound/searched",
        "fleet/moves/ordered",
        "fleet/moves/stages_program",
    ),
    "typer": ("cli/",),
    "networkx": ("graphs/", "assignment/structure/"),
    "rich": ("report/", "terminal/", "cli/"),
    "lxml": (),
    "click": (),
    "libvirt": ("formats/local_host.py",),
    "jinja2": ("draw/page.py",),
    "resvg_py": ("draw/png.py",),
    "highspy": ("fleet/bound/",),
}
"""Where each heavy library may be imported."""


CROSS_CUTTING = {"whole", "xen", "support", "benchmarks"}
MOST_LINES = 250
MOST_CODE = 40
"""Most lines of a function, its docstring not counted."""
ENCODINGS = "assignment/cpsat/"
"""Where a function may be longer, lest cutting it hide the formula."""
MOST_OF_A_COMMAND = 50
"""The same for a command, which hands its options on one a line."""


@cache
def modules() -> dict[str, Path]:
    """Module name -> file, of the whole package."""
    names = {path: path.relative_to(ROOT.parent).with_suffix("").parts for path in sorted(ROOT.rglob("*.py"))}
    return {".".join(part for part in parts if part != "__init__"): path for path, parts in names.items()}


@cache
def imports(path: Path) -> frozenset[str]:
    """Every module that a file imports, wherever in it; a name out of a package counts as its module if it is one."""
    return frozenset(_imports(path))


def _imports(path: Path) -> Iterator[str]:
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Import):
            yield from (alias.name for alias in node.names)
        elif isinstance(node, ast.ImportFrom):
            assert node.level == 0, f"{path} has a relative import"
            assert node.module is not None
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                yield whole if whole in modules() else node.module


def part_of(module: str) -> str:
    return module.split(".")[1] if "." in module else "placer"


@pytest.mark.parametrize("name", modules())
def test_a_module_imports_only_what_stands_before_it(name: str) -> None:
    rank = {part: i for i, parts in enumerate(ORDER) for part in parts}
    part = part_of(name)
    if part in ("placer", "__main__"):
        return
    assert part in rank, f"placer.{part} has no place in the order of the layers yet"
    for target in filter(lambda module: module.startswith("placer."), imports(modules()[name])):
        other = part_of(target)
        if other != part:
            assert rank[other] < rank[part], f"{name} imports {target} backwards"
            assert other in ONLY.get(part, {other}), f"{name} may not import {target}"


@pytest.mark.parametrize("name", [name for name in modules() if part_of(name) in INSIDE])
def test_inside_a_part_imports_point_one_way(name: str) -> None:
    part = part_of(name)
    rank = {room: i for i, rooms in enumerate(INSIDE[part]) for room in rooms}
    if name.count(".") == 1:  # the package itself, which exports
        return
    room = name.split(".")[2]
    assert room in rank, f"{name} has no place in the order of the rooms of {part}"
    for target in filter(lambda module: module.startswith(f"placer.{part}."), imports(modules()[name])):
        other = target.split(".")[2]
        assert rank[other] <= rank[room], f"{name} imports {target} backwards"


def test_tests_mirror_the_package_in_both_directions() -> None:
    tests = ROOT.parent / "tests"
    written = {path.relative_to(ROOT).with_suffix("").as_posix() for path in ROOT.rglob("*.py")}
    written = {name for name in written if not name.endswith("__init__")}
    places = [path.relative_to(tests) for path in tests.rglob("test_*.py")]
    tested = {
        path.with_name(path.stem.removeprefix("test_")).as_posix()
        for path in places
        if path.parts[0] not in CROSS_CUTTING
    }
    assert written == tested


def test_modules_are_short() -> None:
    lengths = {
        path.relative_to(ROOT).with_suffix("").as_posix(): len(path.read_text(encoding="utf-8").splitlines())
        for path in ROOT.rglob("*.py")
    }
    assert {name: length for name, length in lengths.items() if length > MOST_LINES} == {}


def code_lines(function: ast.FunctionDef | ast.AsyncFunctionDef) -> int:
    """Lines of the body of a function, without its docstring."""
    first = function.body[1] if ast.get_docstring(function) and len(function.body) > 1 else function.body[0]
    assert function.end_lineno is not None
    return function.end_lineno - first.lineno + 1


def most_lines(path: Path) -> int:
    return MOST_OF_A_COMMAND if path.parent == ROOT / "cli" else MOST_CODE


def test_functions_are_short() -> None:
    long = {
        f"{path.relative_to(ROOT).as_posix()} {node.name}": code_lines(node)
        for path in ROOT.rglob("*.py")
        if not path.relative_to(ROOT).as_posix().startswith(ENCODINGS)
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8")))
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef) and code_lines(node) > most_lines(path)
    }
    assert long == {}


def test_no_module_lies_loose() -> None:
    assert {path.name for path in ROOT.glob("*.py")} == {"__init__.py", "errors.py", "interrupts.py"}


def test_no_module_imports_itself_on_any_way_round() -> None:
    graph = nx.DiGraph()
    known = modules()
    for name, path in known.items():
        graph.add_edges_from((name, target) for target in imports(path) if target in known)
    assert graph.number_of_edges() > 50
    assert list(nx.simple_cycles(graph)) == []


@pytest.mark.parametrize("library", HOMES)
def test_a_heavy_library_is_imported_only_at_home(library: str) -> None:
    for path in modules().values():
        place = path.relative_to(ROOT).as_posix()
        if any(target.split(".")[0] == library for target in imports(path)):
            assert place.startswith(HOMES[library]), f"placer/{place} imports {library}"


def test_the_layers_cover_each_other_without_repetition() -> None:
    parts = [part for parts in ORDER for part in parts]
    assert len(parts) == len(set(parts))
    assert set(ONLY) <= set(parts)
    assert all(before != after for before, after in pairwise(ORDER))


def test_reading_never_solves() -> None:
    graph = nx.DiGraph((name, target) for name, path in modules().items() for target in imports(path))
    reached = nx.descendants(graph, "placer.job.request") | nx.descendants(graph, "placer.cli.inputs")
    assert "placer.instance" in reached
    assert not {part_of(name) for name in reached} & {"assignment", "lowering", "explain", "solving"}


SOLVE = """
import sys
from placer.instance import Guest, Host, Instance, Pnode, Vnode
from placer.solving.pipeline import solve

host = Host(pnodes=tuple(Pnode(id=p, memory_kib=4096, pcpus=(p,)) for p in range(4)))
guest = Guest(name="db", vnodes=tuple(Vnode(memory_kib=3000 + v, vcpus=(v,)) for v in range(3)))
print(solve(Instance(host=host, guests=(guest,)), strategy={strategy!r}).status)
print(*sorted({{name.split(".")[0] for name in sys.modules}}))
"""


@pytest.mark.parametrize(
    ("strategy", "status", "absent"),
    [
        ("first-fit", "FEASIBLE", {"ortools", "pandas", "networkx", "rich", "typer"}),
        ("first-fit-decreasing", "FEASIBLE", {"ortools", "pandas", "networkx", "rich", "typer"}),
        ("optimal", "OPTIMAL", {"ortools", "pandas"}),
    ],
)
def test_a_small_solve_does_not_load_what_it_does_not_use(strategy: str, status: str, absent: set[str]) -> None:
    command = [sys.executable, "-c", SOLVE.format(strategy=strategy)]
    said, loaded = subprocess.run(command, capture_output=True, text=True, check=True).stdout.splitlines()
    assert said == status
    assert "numpy" in loaded.split()
    assert not absent & set(loaded.split())
