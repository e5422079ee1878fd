"""Everything that changes a workspace or who belongs to it."""
