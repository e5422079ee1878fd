"""Clerk as identity provider: its session tokens, people, organisations and webhooks."""
