"""The CP-SAT model of a Problem: the only package that imports ortools."""

from placer.assignment.cpsat.lazy_pandas import import_cp_model

import_cp_model()

from placer.assignment.cpsat.lexicographic import cpsat  # noqa: E402 - it imports cp_model

__all__ = ["cpsat"]
