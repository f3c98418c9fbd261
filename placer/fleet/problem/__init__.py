"""A fleet as types of hosts and classes of guests: what the bound and the plan are computed from."""
