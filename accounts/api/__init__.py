"""The HTTP face of people: one's own profile and export."""
