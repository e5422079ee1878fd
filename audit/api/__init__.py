"""The audit of a workspace over HTTP."""
