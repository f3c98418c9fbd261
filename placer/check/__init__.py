"""The independent judge: recomputes every rule and every cost from the Instance and the Placement alone."""

from placer.check.costs import Access
from placer.check.rules import Violation
from placer.check.verdict import Verdict, check, mean_access_distance

__all__ = ["Access", "Verdict", "Violation", "check", "mean_access_distance"]
