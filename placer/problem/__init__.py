"""What solvers talk about: items, sites and integers. Nothing here knows NUMA."""

from placer.problem.model import Problem, Relation, Resource
from placer.problem.solution import Progress, Solution, Status
from placer.problem.terms import BoolArray, Crowd, Flow, IntArray, Linear, Room, Term, Touch

__all__ = [
    "BoolArray",
    "Crowd",
    "Flow",
    "IntArray",
    "Linear",
    "Problem",
    "Progress",
    "Relation",
    "Resource",
    "Room",
    "Solution",
    "Status",
    "Term",
    "Touch",
]
