"""How fast the server is, measured beside a bare and a naive one that show the same tasks."""
