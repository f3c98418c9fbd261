"""Who competes: every algorithm that people place guests with today, each with its own decisions kept."""

from benchmarks.contestants.arrays import ASSIGNERS
from benchmarks.contestants.outcome import Outcome
from benchmarks.contestants.table import CONTESTANTS, Contestant

__all__ = ["ASSIGNERS", "CONTESTANTS", "Contestant", "Outcome"]
