"""Tasks and whole workspaces as files."""
