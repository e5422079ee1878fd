"""The composition root: settings, entry points of the programs, ASGI server, middleware."""
