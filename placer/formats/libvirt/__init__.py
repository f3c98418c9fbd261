"""Domains and capabilities of libvirt."""
