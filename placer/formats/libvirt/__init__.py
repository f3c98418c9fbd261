"""Reading and writing domains of libvirt, and reading its capabilities."""
