"""Everything that changes a project, its members and its columns."""
