"""The app over HTTP."""
