"""What a fleet is, in people's words."""
