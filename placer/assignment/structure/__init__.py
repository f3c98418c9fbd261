"""Structure of a Problem: terms by kind, symmetry, clusters of sites."""
