"""The HTTP face of sign-in: views, what they read and what they show."""
