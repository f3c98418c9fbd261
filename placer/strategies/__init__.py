"""Strategies: each reads a Problem and returns a Solution."""
