"""Moves of running guests between and within the hosts of a fleet: the end state, the stages to it, and their judge."""
