"""Projects, their people and their boards, for staff."""

from projects.admin import boards, members, projects

__all__ = ["boards", "members", "projects"]
