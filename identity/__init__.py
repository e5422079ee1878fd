"""Registration, sign-in, sessions, tokens, second factors and identity providers."""
