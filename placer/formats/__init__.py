"""Reading and writing of every format, side by side; one folder per family."""
