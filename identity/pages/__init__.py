"""The HTML pages of sign-in, for developers and staff."""
