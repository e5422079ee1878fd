"""Admin pages of comments and what is kept about them."""

from comments.admin import comments, records

__all__ = ["comments", "records"]
