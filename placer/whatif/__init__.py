"""The same guests on a host that is changed: one answer for each change, beside that of the host as it is."""
