"""The secret in an invitation's link: what is kept of it, and where the link leads."""

import hashlib

from django.conf import settings

PURPOSE = "invitation"


def digest(token: str) -> str:
    """What the database knows of a token; it is random enough to need no salt."""
    return hashlib.sha256(token.encode(errors="surrogatepass")).hexdigest()


def link_with(token: str) -> str:
    """The page of the front end; built from settings, never from what a request said."""
    return str(settings.INVITATION_URL_TEMPLATE).format(frontend=settings.FRONTEND_URL, token=token)
