"""How few hosts, or how many guests: the configuration linear program, and certificates that integers check."""
