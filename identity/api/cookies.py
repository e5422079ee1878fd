"""The refresh token in a cookie that no script can read, for front ends on the same site."""

from urllib.parse import urlsplit

from django.conf import settings
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.envelope import Answer
from core.errors import Forbidden, Invalid

HEADER = "X-Auth-Transport"
NAME = "__Secure-pm_rt"
PATH = "/api/auth"


class ForeignOrigin(Forbidden):
    message = "Cookies are for our own front ends only."


def are_asked_for(request: Request) -> bool:
    """Whether the header asks for cookies; ForeignOrigin unless the origin is our front end's.

    A misspelled header is refused: its token would be in the body, which scripts can read.
    """
    asked = request.headers.get(HEADER)
    if asked is None:
        return False
    if asked.lower() != "cookie":
        raise Invalid(errors={HEADER: ["Must be “cookie”."]})
    if request.headers.get("Origin") not in _own_origins():
        raise ForeignOrigin
    return True


def refresh_token_in(request: Request) -> str:
    return str(request.COOKIES.get(NAME, ""))


def keep_refresh_token(response: Response) -> None:
    """Move the refresh token, if the body has one, into the cookie."""
    shown = response.data.data if isinstance(response.data, Answer) else response.data
    if not isinstance(shown, dict) or "refresh_token" not in shown:
        return
    response.set_cookie(
        NAME,
        shown.pop("refresh_token"),
        max_age=settings.HEADLESS_JWT_REFRESH_TOKEN_EXPIRES_IN,
        path=PATH,
        secure=True,
        httponly=True,
        samesite="Strict",
    )


def delete_refresh_token(response: Response) -> None:
    response.delete_cookie(NAME, path=PATH, samesite="Strict")


def _own_origins() -> set[str]:
    front_end = urlsplit(settings.FRONTEND_URL)
    return {*settings.CORS_ALLOWED_ORIGINS, f"{front_end.scheme}://{front_end.netloc}"}
