"""The assignment problem and its solvers: items, sites and integers. Nothing here knows NUMA."""

from placer.assignment.model import Conflict, Problem, Resource
from placer.assignment.slots import SlotDemand, SlotGroups, SlotMatching
from placer.assignment.solution import Decision, Progress, Solution, Status
from placer.assignment.terms import (
    BoolArray,
    ConvexLoad,
    FlooredLinear,
    Flow,
    IntArray,
    Linear,
    MaxUtilization,
    ReducedSlotsLoad,
    ResidualCapacity,
    ResidualValue,
    SetOnSite,
    Term,
    even_pairs,
)

__all__ = [
    "BoolArray",
    "Conflict",
    "ConvexLoad",
    "Decision",
    "FlooredLinear",
    "Flow",
    "IntArray",
    "Linear",
    "MaxUtilization",
    "Problem",
    "Progress",
    "ReducedSlotsLoad",
    "ResidualCapacity",
    "ResidualValue",
    "Resource",
    "SetOnSite",
    "SlotDemand",
    "SlotGroups",
    "SlotMatching",
    "Solution",
    "Status",
    "Term",
    "even_pairs",
]
