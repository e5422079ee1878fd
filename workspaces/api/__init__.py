"""Workspaces, their members and invitations over HTTP."""
