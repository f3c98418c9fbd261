"""
Import cp_model without pandas, whose import takes twice as long as that of all the rest of OR-Tools.

cp_model imports pandas for its methods that take or return a Series. During the import it gets a stand-in, which
imports pandas when one of these methods is called.
"""

from __future__ import annotations

import sys
from importlib import import_module
from types import ModuleType
from typing import Any

CP_MODEL = "ortools.sat.python.cp_model"


class _Later(type):
    """A stand-in for a class of pandas; pandas is imported when an instance is made."""

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
    """Import cp_model with a stand-in for pandas, unless pandas is loaded. On failure, leave it to the usual import."""
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
