"""Lines reach a program that uses logging, and no other."""

from __future__ import annotations

import subprocess
import sys
from types import ModuleType

import pytest

from placer.solving.logs import DEBUG, INFO, log_line, log_to


def test_a_line_goes_to_the_logger_of_its_name_at_its_level(caplog: pytest.LogCaptureFixture) -> None:
    with caplog.at_level("INFO", logger="placer.some"):
        log_line(INFO, "placer.some", "placed")
        log_line(DEBUG, "placer.some", "step")
        assert log_to(DEBUG, "placer.some") is None
    assert [(record.name, record.levelname, record.getMessage()) for record in caplog.records] == [
        ("placer.some", "INFO", "placed")
    ]


def test_a_program_without_logging_stays_without() -> None:
    code = (
        "import sys; from placer.solving.logs import INFO, log_to; print(log_to(INFO, 'x'), 'logging' in sys.modules)"
    )
    assert (
        subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True).stdout
        == "None False\n"
    )


def test_a_module_that_another_thread_still_imports_is_not_used(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(sys.modules, "logging", ModuleType("logging"))
    assert log_to(INFO, "x") is None
