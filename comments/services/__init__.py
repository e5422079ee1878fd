"""Everything that changes a comment. Locks go project first, then task, then comment."""
