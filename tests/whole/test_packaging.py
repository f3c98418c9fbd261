"""What the project says about itself to installers."""

from __future__ import annotations

import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PYPROJECT = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("name", ["dev", "docs"])
def test_a_dependency_group_is_the_extra_of_its_name(name: str) -> None:
    assert PYPROJECT["dependency-groups"][name] == PYPROJECT["project"]["optional-dependencies"][name]


def test_the_licence_that_is_named_is_the_one_that_is_shipped() -> None:
    (path,) = PYPROJECT["project"]["license-files"]
    words = (ROOT / path).read_text(encoding="utf-8").split()
    assert words[:4] == ["Apache", "License", "Version", "2.0,"]
    assert PYPROJECT["project"]["license"] == "Apache-2.0"
