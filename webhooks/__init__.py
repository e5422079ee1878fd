"""Webhooks: what happens in a workspace, posted to the addresses its ADMINs name."""
