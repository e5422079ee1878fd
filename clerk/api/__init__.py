"""How requests from Clerk, and with Clerk's tokens, come in."""
