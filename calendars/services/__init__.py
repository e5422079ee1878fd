"""What the app does."""
