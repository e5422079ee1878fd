"""Workspaces, who belongs to them and who is invited, for staff."""

from workspaces.admin import invitations, members, opt_outs, workspaces

__all__ = ["invitations", "members", "opt_outs", "workspaces"]
