"""Identity providers: OpenID Connect, Google and GitHub."""
