"""Emitters: one module per output."""
