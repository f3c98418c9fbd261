"""HiGHS without a word and with one thread."""

from __future__ import annotations

import highspy

THREADS = 1
"""Of every HiGHS in the process: it keeps one scheduler, and another number of threads ends a run without a status."""


class _Silent(highspy.Highs):
    """HiGHS without a word: it prints its name to standard output when callbacks are first enabled."""

    def run(self) -> highspy.HighsStatus:
        """Solve; once more with a scheduler of its own, where that of the process had another number of threads."""
        status = super().run()
        if self.getModelStatus() == highspy.HighsModelStatus.kNotset:
            self.resetGlobalScheduler(True)
            status = super().run()
        return status

    def enableCallbacks(self) -> None:  # noqa: N802 - its name in highspy
        """Switch output off before."""
        self.setOptionValue("output_flag", False)
        super().enableCallbacks()  # type: ignore[no-untyped-call]


def new_highs() -> highspy.Highs:
    """Give an empty program."""
    highs = _Silent()  # type: ignore[no-untyped-call]
    highs.setOptionValue("threads", THREADS)
    return highs
