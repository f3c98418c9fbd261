"""Topologies in people's words as networkx graphs."""
