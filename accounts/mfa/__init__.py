"""Second factors: authenticator apps, recovery codes, passkeys, and proving oneself again."""
