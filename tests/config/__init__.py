"""How a server is configured and started."""
