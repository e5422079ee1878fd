"""Clerk's webhook over HTTP, and authentication by Clerk's tokens."""
