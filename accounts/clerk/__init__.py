"""Clerk as identity provider: its session tokens, its people and its webhooks."""
