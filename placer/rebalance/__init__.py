"""Moves of running guests: what is best within a budget, and a safe order to get there."""
