"""Lower bounds that need no solver."""
