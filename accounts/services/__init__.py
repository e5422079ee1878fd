"""Everything that changes a person."""
