"""What news from Clerk change."""
