"""Reading flavours of OpenStack."""
