"""Admin pages of projects, their members and their columns."""

from projects.admin import boards, members, projects

__all__ = ["boards", "members", "projects"]
