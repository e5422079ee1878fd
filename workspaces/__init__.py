"""Workspaces, memberships, roles and rights."""
