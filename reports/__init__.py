"""Reports of projects and workspaces, made on request or on a schedule."""
