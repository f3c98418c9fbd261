"""Names that are imported when they are first used."""

from __future__ import annotations

from importlib import import_module

import placer
from placer.api.later import LATER


def test_each_is_exported_and_is_what_its_module_defines() -> None:
    assert set(LATER) <= set(placer.__all__)
    for name, module in LATER.items():
        assert getattr(placer, name) is getattr(import_module(module), name)
