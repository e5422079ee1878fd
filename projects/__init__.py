"""Projects, their members, columns and moves."""
