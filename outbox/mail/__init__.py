"""Mail: the channel that comes with the outbox."""

EMAIL = "email"
"""Its name, in deliveries and where composers are registered."""
