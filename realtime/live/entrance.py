"""The handshake: from where a socket is opened, and with which credential."""

from __future__ import annotations

import re
from functools import cache
from typing import TYPE_CHECKING, Any, NamedTuple
from urllib.parse import parse_qs, urlsplit

from django.conf import settings
from django.db import InterfaceError, OperationalError, transaction
from rest_framework.settings import api_settings

from identity.services.kept_credentials import Kept
from identity.services.tokens import InvalidToken
from realtime.live.hub import hub
from realtime.live.messages import MALFORMED, SIGNED_OUT, Closing
from realtime.services.tickets import redeem_ticket

if TYPE_CHECKING:
    from core.actor import Actor

PROTOCOL = "gantry"
"""The subprotocol that is chosen if the client offers it."""
BEARER = "bearer."
"""Beginning of a subprotocol that is a token: browsers can set no header of the handshake."""


class Refused(Exception):
    """The handshake is answered with this HTTP status."""

    def __init__(self, status: int) -> None:
        super().__init__(status)
        self.status = status


class Entered(NamedTuple):
    protocol: str | None
    found: tuple[Actor, Kept] | Closing

    def credential(self) -> tuple[Actor, Kept]:
        """The actor and what their credential is looked up by; or Closing.

        Told after the handshake, because browsers show scripts nothing of one that was refused.
        """
        if isinstance(self.found, Closing):
            raise self.found
        return self.found


async def admit(scope: dict[str, Any]) -> Entered:
    """Who opens the socket; Refused without TLS, for a page of others, or if there are too many."""
    headers = {name: value.decode("latin-1") for name, value in scope["headers"]}
    origin = headers.get(b"origin")
    is_foreign = origin is not None and not is_own(origin.lower())
    if is_foreign or (settings.SECURE_SSL_REDIRECT and not _is_encrypted(scope, headers)):
        raise Refused(403)
    if len(hub.connected) >= settings.WEB_SOCKETS:
        raise Refused(503)
    offered = scope.get("subprotocols", [])
    protocol = PROTOCOL if PROTOCOL in offered else None
    scheme, _, token = headers.get(b"authorization", "").strip().partition(" ")
    bearer = token.strip() if scheme.lower() == "bearer" else ""
    bearer = bearer or next(
        (each[len(BEARER) :] for each in offered if each.startswith(BEARER)), ""
    )
    try:
        query = parse_qs(scope["query_string"].decode("latin-1"), max_num_fields=5)
        if query.keys() - {"ticket"}:
            return Entered(protocol, Closing(MALFORMED, "The only parameter is ticket."))
        found = await hub.rooms.run(_found, bearer, query.get("ticket", [""])[0])
    except ValueError:
        return Entered(protocol, Closing(MALFORMED, "The URL is malformed."))
    except (InterfaceError, OperationalError):
        raise Refused(503) from None
    if found is None:
        return Entered(protocol, Closing(SIGNED_OUT, "Sign in, and get a ticket."))
    return Entered(protocol, found)


def _is_encrypted(scope: dict[str, Any], headers: dict[bytes, str]) -> bool:
    """As Django asks of requests, by the first proxy's `X-Forwarded-Proto`."""
    first = headers.get(b"x-forwarded-proto", "").partition(",")[0]
    return scope["scheme"] == "wss" or first.strip() == "https"


def _found(bearer: str, ticket: str) -> tuple[Actor, Kept] | None:
    if not bearer:
        return redeem_ticket(ticket) if ticket else None
    with transaction.atomic():
        actor = identified(bearer)
    return (actor, Kept.of(actor)) if actor else None


def identified(token: str) -> Actor | None:
    """The actor of a Bearer token that may read, as requests are authenticated; or None."""
    classes: Any = api_settings.DEFAULT_AUTHENTICATION_CLASSES
    for authentication in (each() for each in classes):
        if not hasattr(authentication, "identify"):
            continue
        try:
            actor: Actor | None = authentication.identify(token)
        except InvalidToken:
            return None
        if actor is not None:
            return actor if actor.credential.may_read else None
    return None


def is_own(origin: str) -> bool:
    """Whether pages of this origin may open sockets: those that may also ask over HTTP."""
    patterns = getattr(settings, "CORS_ALLOWED_ORIGIN_REGEXES", ())
    return origin in own_origins() or any(re.match(each, origin) for each in patterns)


@cache
def own_origins() -> frozenset[str]:
    """Origins of pages that may open sockets: the front end's, and those of CORS_ORIGIN."""
    addresses = map(urlsplit, (settings.FRONTEND_URL, settings.PUBLIC_URL))
    own = {f"{each.scheme}://{each.netloc}" for each in addresses}
    return frozenset(each.lower() for each in {*own, *settings.CORS_ALLOWED_ORIGINS})
