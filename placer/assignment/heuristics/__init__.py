"""Greedy constructions and tabu search."""
