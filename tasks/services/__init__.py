"""Everything that changes a task. Locks go project first, then task."""
