"""Why nothing fits, and what would mend it."""

from placer.explain.infeasible import explain_infeasible
from placer.explain.unknown import explain_unknown

__all__ = ["explain_infeasible", "explain_unknown"]
