"""CP-SAT is imported without pandas, and programs that use pandas with it work as before."""

from __future__ import annotations

import subprocess
import sys

import pytest


def said(code: str) -> list[str]:
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=False)
    assert ran.stderr == ""
    return ran.stdout.split()


def test_the_strategy_does_not_load_pandas() -> None:
    code = "import sys, placer.assignment.cpsat; print('ortools' in sys.modules, 'pandas' in sys.modules)"
    assert said(code) == ["True", "False"]


SERIES = """
import {first}
import {second}
import pandas
from ortools.sat.python import cp_model
model = cp_model.CpModel()
chosen = model.new_bool_var_series("x", pandas.Index(["a", "b"]))
model.add(sum(chosen) == 2)
solver = cp_model.CpSolver()
solver.solve(model)
print(type(chosen) is pandas.Series, *solver.boolean_values(chosen))
"""


@pytest.mark.parametrize(
    ("first", "second"), [("placer.assignment.cpsat", "pandas"), ("pandas", "placer.assignment.cpsat")]
)
def test_series_of_variables_work_whichever_is_imported_first(first: str, second: str) -> None:
    assert said(SERIES.format(first=first, second=second)) == ["True", "True", "True"]


def test_a_series_brings_pandas_and_what_is_no_index_is_refused_as_ever() -> None:
    code = """
import sys, placer.assignment.cpsat
from ortools.sat.python import cp_model
try:
    cp_model.CpModel().new_bool_var_series("x", [1])
except TypeError:
    print("refused", "pandas" in sys.modules)
cp_model.pd.Series([1])
print("pandas" in sys.modules, cp_model.pd.DataFrame.__module__.split(".")[0])
"""
    assert said(code) == ["refused", "False", "True", "pandas"]


def test_where_cp_model_wants_more_of_pandas_it_is_imported_as_usual() -> None:
    code = """
import sys, types
broken = types.ModuleType("ortools")
sys.modules["ortools"] = broken  # no package: the import fails
import placer
from importlib import util
spec = util.find_spec("placer")
source = spec.submodule_search_locations[0] + "/assignment/cpsat/lazy_pandas.py"
spec = util.spec_from_file_location("pandas_later", source)
module = util.module_from_spec(spec)
spec.loader.exec_module(module)
module.import_cp_model()
print("pandas" in sys.modules, module.CP_MODEL in sys.modules)
"""
    assert said(code) == ["False", "False"]
