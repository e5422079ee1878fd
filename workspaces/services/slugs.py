"""Slugs of workspaces: which are allowed, and how one is made of a name."""

from django.utils.text import slugify

SLUG_LENGTH = 100
PLAIN = r"^[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\Z"
"""ASCII only, because other letters can look like these."""
RESERVED = frozenset(
    {
        *("about", "account", "accounts", "admin", "api", "app", "assets", "auth", "billing"),
        *("blog", "dashboard", "docs", "download", "events", "gantry", "health", "help"),
        *("home", "invitation", "invitations", "invite", "jobs", "legal", "login", "logout"),
        *("mail", "me", "media", "metrics", "new", "notifications", "null", "onboarding"),
        *("pricing", "privacy", "profile", "projects", "register", "root", "search"),
        *("security", "settings", "sign-in", "sign-out", "sign-up", "signin", "signup"),
        *("static", "status", "support", "system", "task", "tasks", "team", "teams", "terms"),
        *("undefined", "user", "users", "webhooks", "workspace", "workspaces", "ws", "www"),
    }
)
"""Slugs that front ends and servers need for their own pages."""


def slug_of(name: str) -> str:
    """The slug of a name, which may be RESERVED: the caller has to check."""
    stem = slugify(name).replace("_", "-")[:SLUG_LENGTH]
    return "-".join(filter(None, stem.split("-"))) or "workspace"
