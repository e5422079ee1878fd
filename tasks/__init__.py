"""Tasks: planning, assignment, status, history."""
