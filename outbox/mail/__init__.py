"""Mail, the channel that is part of the outbox."""

EMAIL = "email"
"""The name of the channel."""
