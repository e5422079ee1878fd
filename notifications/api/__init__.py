"""The inbox and reminders over HTTP."""
