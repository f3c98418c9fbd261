"""The contestants: the algorithms by which people place guests today, each with its own decisions."""

from benchmarks.contestants.arrays import ASSIGNERS
from benchmarks.contestants.outcome import Outcome
from benchmarks.contestants.table import CONTESTANTS, WITHOUT_NUMA, Contestant

__all__ = ["ASSIGNERS", "CONTESTANTS", "WITHOUT_NUMA", "Contestant", "Outcome"]
