"""Admin pages of workspaces, memberships, invitations and opt-outs."""

from workspaces.admin import invitations, members, opt_outs, workspaces

__all__ = ["invitations", "members", "opt_outs", "workspaces"]
