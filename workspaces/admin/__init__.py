"""Workspaces, who belongs to them and who is invited, for staff."""

from workspaces.admin import invitations, members, workspaces

__all__ = ["invitations", "members", "workspaces"]
