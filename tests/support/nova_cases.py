"""Cases of nova's own tests, in the corpus."""

from __future__ import annotations

import json
import os
from pathlib import Path
from typing import Any

import pytest


def nova_cases(name: str) -> list[dict[str, Any]]:
    """The cases of one file of the corpus."""
    corpus = os.environ.get("PLACER_CORPUS")
    if not corpus:
        pytest.skip("PLACER_CORPUS is not set: it names the folder of nova's own cases")
    path = Path(corpus) / "peer-cases" / name
    return list(json.loads(path.read_text(encoding="utf-8"))["cases"])
