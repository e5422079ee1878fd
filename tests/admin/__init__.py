"""The admin, as staff meet it."""
