"""The HTTP conventions every app shares."""
