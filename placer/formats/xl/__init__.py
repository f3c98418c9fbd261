"""Reading and writing guest files of xl, and reading the output of xl."""
