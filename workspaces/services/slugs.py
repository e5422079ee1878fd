"""The addresses of workspaces: which may be had, and which one follows from a name."""

from django.utils.text import slugify

SLUG_LENGTH = 100
PLAIN = r"^[A-Za-z0-9]+(?:-[A-Za-z0-9]+)*\Z"
"""ASCII alone, so that no letter can pass for another one."""
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
"""What front ends and servers need for pages of their own."""


def slug_of(name: str) -> str:
    """The address a name asks for; reserved ones have to be told apart by the caller."""
    stem = slugify(name).replace("_", "-")[:SLUG_LENGTH]
    return "-".join(filter(None, stem.split("-"))) or "workspace"
