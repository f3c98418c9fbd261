"""NUMA placement of virtual machines, proved optimal."""
