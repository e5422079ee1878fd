"""Demo data: three teams with projects, tasks and comments."""
