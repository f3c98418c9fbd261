"""What a person reads: text and progress."""
