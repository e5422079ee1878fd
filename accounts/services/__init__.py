"""What changes a person."""
