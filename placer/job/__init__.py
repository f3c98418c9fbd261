"""Files in, configuration out."""
