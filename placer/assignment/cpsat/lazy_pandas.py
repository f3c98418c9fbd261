"""
Import cp_model without pandas, which takes twice as long to import as all the rest of OR-tools.

cp_model imports pandas for methods that take or give Series. They work as ever: the stand-in that it gets brings
pandas when one of them is called.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

CP_MODEL = "ortools.sat.python.cp_model"


class _Later(type):
    """A class of pandas, for which it is imported when something is made of it."""

    def __call__(cls, *arguments: Any, **more: Any) -> Any:
        return getattr(_pandas(), cls.__name__)(*arguments, **more)

    def __instancecheck__(cls, thing: object) -> bool:
        real = sys.modules.get("pandas")
        return real is not None and real is not _STAND_IN and isinstance(thing, getattr(real, cls.__name__))


class _StandIn(ModuleType):
    Index = _Later("Index", (), {})
    Series = _Later("Series", (), {})

    def __getattr__(self, name: str) -> Any:
        if name.startswith("__"):
            raise AttributeError(name)
        return getattr(_pandas(), name)


_STAND_IN = _StandIn("pandas")


def import_cp_model() -> None:
    """Import it with a stand-in for pandas, unless pandas is there already; where that fails, as usual later."""
    if "pandas" in sys.modules or CP_MODEL in sys.modules:
        return
    sys.modules["pandas"] = _STAND_IN
    try:
        import_module(CP_MODEL)
    except (ImportError, AttributeError):
        sys.modules.pop(CP_MODEL, None)
    finally:
        _withdraw()


def _pandas() -> ModuleType:
    _withdraw()
    return import_module("pandas")


def _withdraw() -> None:
    if sys.modules.get("pandas") is _STAND_IN:
        del sys.modules["pandas"]
