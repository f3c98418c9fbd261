"""Snapshots: one file that says all that runs on a host, as the script of ``placer snapshot`` prints it."""
