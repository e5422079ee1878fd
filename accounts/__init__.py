"""People: sign-up, sign-in, tokens, profile."""
