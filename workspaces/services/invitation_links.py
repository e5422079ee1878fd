"""The token in an invitation's link: the digest that is stored, and the address of the link."""

import hashlib

from django.conf import settings

PURPOSE = "invitation"


def digest(token: str) -> str:
    """SHA-256 of a token as hex, which is stored; the token is random, so no salt is needed."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


def link_with(token: str) -> str:
    """The front end's page for this token, built from settings, never from request headers."""
    return str(settings.INVITATION_URL_TEMPLATE).format(frontend=settings.FRONTEND_URL, token=token)
