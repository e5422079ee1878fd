"""People: who they are, not how they sign in."""
