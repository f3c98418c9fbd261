"""A plan against what runs."""
