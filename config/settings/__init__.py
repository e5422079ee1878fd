"""Settings in layers: base first, then the place where the server runs."""
