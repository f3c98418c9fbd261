"""The terms of a cost. Each evaluates many assignments at once, and answers bounds, deltas and symmetry keys."""

from placer.assignment.terms.arrays import BoolArray, IntArray, sums
from placer.assignment.terms.convex_load import ConvexLoad
from placer.assignment.terms.floored_linear import FlooredLinear
from placer.assignment.terms.flow import Flow
from placer.assignment.terms.linear import Linear
from placer.assignment.terms.max_utilization import MaxUtilization
from placer.assignment.terms.reduced_slots_load import ReducedSlotsLoad, even_pairs
from placer.assignment.terms.residual_capacity import ResidualCapacity
from placer.assignment.terms.residual_value import ResidualValue
from placer.assignment.terms.set_on_site import SetOnSite
from placer.assignment.terms.term import Term

__all__ = [
    "BoolArray",
    "ConvexLoad",
    "FlooredLinear",
    "Flow",
    "IntArray",
    "Linear",
    "MaxUtilization",
    "ReducedSlotsLoad",
    "ResidualCapacity",
    "ResidualValue",
    "SetOnSite",
    "Term",
    "even_pairs",
    "sums",
]
