"""Attachments over HTTP."""
