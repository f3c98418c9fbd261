"""Exact methods on arrays."""
