"""Reading hosts that Linux or hwloc describes."""
