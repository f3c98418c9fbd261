"""Guests that are expected later: what free room is worth to them."""
