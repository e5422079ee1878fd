"""People, for staff."""

from accounts.admin import people

__all__ = ["people"]
