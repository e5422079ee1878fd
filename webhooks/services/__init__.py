"""Webhooks: their settings, what is posted to them, how, and what follows from the answers."""
