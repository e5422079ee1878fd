"""Everything that messages and tokens of Clerk change."""
