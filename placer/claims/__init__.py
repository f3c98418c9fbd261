"""Claims: what guests that are being started will take of their host, in a file that several processes share."""
