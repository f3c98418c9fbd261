"""The CP-SAT model of a Problem: the only package that imports ortools."""

from placer.strategies.cpsat.search import cpsat

__all__ = ["cpsat"]
