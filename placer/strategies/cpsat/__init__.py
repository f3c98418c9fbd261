"""The CP-SAT model of a Problem: the only package that imports ortools."""

from placer.strategies.cpsat.pandas_later import import_cp_model

import_cp_model()

from placer.strategies.cpsat.search import cpsat  # noqa: E402 - it imports cp_model

__all__ = ["cpsat"]
