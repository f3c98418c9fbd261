"""Instance -> Problem, with the way back. One module per kind of rule."""
