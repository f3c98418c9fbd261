"""Guests that come one by one: host and pnodes at once, by prices that learn from what came so far."""
