"""Plans: which host and which pnodes each guest gets."""
