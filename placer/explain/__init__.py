"""Why nothing fits, and what would mend it."""

from placer.explain.reason import why_nothing_fits

__all__ = ["why_nothing_fits"]
