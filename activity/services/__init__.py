"""Writing the log, and erasing people's words from it."""
