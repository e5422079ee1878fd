"""One's own profile and export over HTTP."""
