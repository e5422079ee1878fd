"""What changes how people sign in."""
