"""What people write for xl, and what xl prints."""
