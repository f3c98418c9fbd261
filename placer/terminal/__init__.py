"""Hosts on a terminal: a box for each pnode, with a bar of its memory."""
