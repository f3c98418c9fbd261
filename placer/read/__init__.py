"""Readers: one module per input."""
