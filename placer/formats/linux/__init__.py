"""Hosts as Linux and hwloc describe them."""
