"""Why nothing fits, and what would mend it."""

from placer.explain.infeasible import why_nothing_fits
from placer.explain.unknown import why_unknown

__all__ = ["why_nothing_fits", "why_unknown"]
