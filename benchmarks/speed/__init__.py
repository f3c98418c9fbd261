"""How fast placer is, against stated aims."""
