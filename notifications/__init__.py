"""Mails about assignments, and reminders of due dates."""
