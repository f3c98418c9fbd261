"""Many hosts: which host and which pnodes each guest gets, with a bound that anybody can check."""
