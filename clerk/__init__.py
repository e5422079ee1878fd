"""Clerk as identity provider: its session tokens, its people, organisations and webhooks."""
