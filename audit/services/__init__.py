"""Writing, verifying, signing and exporting the chains of entries."""
