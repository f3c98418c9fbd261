"""The structure of a Problem: terms by kind, symmetry, clusters of sites, connected components."""
