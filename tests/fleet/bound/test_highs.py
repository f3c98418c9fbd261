"""HiGHS says nothing, and answers twice in a process."""

from __future__ import annotations

import subprocess
import sys


def test_nothing_is_printed() -> None:
    code = "from placer.fleet.bound.highs import new_highs; new_highs().run(); new_highs().run()"
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert (ran.stdout, ran.stderr) == ("", "")


def test_a_program_that_used_highs_with_another_number_of_threads_changes_nothing() -> None:
    code = """if True:
        import highspy
        from placer.fleet.bound.highs import new_highs
        for highs in (highspy.Highs(), new_highs()):
            highs.setOptionValue("output_flag", False)
            if type(highs) is highspy.Highs:
                highs.setOptionValue("threads", 2)
            x = highs.addVariable(lb=0, ub=4, obj=-1)
            highs.addConstr(x <= 3)
            highs.run()
        print(highs.modelStatusToString(highs.getModelStatus()), highs.getInfo().objective_function_value)
    """
    ran = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert ran.stdout.splitlines()[-1] == "Optimal -3.0"
