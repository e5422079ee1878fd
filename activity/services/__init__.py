"""Writing the activity log, and erasing texts from it."""
