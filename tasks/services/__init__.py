"""Everything that changes a task. The project is locked first, then the task."""
