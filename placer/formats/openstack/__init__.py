"""Flavours of OpenStack."""
