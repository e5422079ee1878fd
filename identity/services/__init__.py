"""Everything that changes how people sign in."""
