"""Why no placement keeps every rule or none was found, and which changes would mend that."""

from placer.explain.clock import TIME_LIMIT_S
from placer.explain.infeasible import explain_infeasible
from placer.explain.unknown import explain_unknown

__all__ = ["TIME_LIMIT_S", "explain_infeasible", "explain_unknown"]
