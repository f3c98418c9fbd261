"""What solvers talk about: items, sites and integers. Nothing here knows NUMA."""

from placer.assignment.model import Problem, Relation, Resource, Term
from placer.assignment.rounded_terms import Peak, Quotient
from placer.assignment.slots import Benches, Party, Seating
from placer.assignment.solution import Progress, Solution, Status
from placer.assignment.terms import BoolArray, Crowd, Flow, IntArray, Linear, Room, Squeeze, Touch, even_pairs

__all__ = [
    "Benches",
    "BoolArray",
    "Crowd",
    "Flow",
    "IntArray",
    "Linear",
    "Party",
    "Peak",
    "Problem",
    "Progress",
    "Quotient",
    "Relation",
    "Resource",
    "Room",
    "Seating",
    "Solution",
    "Squeeze",
    "Status",
    "Term",
    "Touch",
    "even_pairs",
]
