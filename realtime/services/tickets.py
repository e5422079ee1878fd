"""Tickets: they stand for a credential for half a minute, once, so that it is in no URL."""

import secrets
import time

import orjson

from core import sealing
from core.actor import Actor, Scope
from core.limits import Limit, count
from identity.credentials import InsufficientScope
from identity.services.kept_credentials import Kept, restored

SECONDS = 30
LONGEST_TICKET = 2048
USED = Limit("realtime ticket", 1, 2 * SECONDS)
_PURPOSE = "realtime-ticket"


def issue_ticket(*, actor: Actor) -> str:
    """A ticket for the actor's person and credential, to be redeemed within SECONDS.

    InsufficientScope for a token that may only write: on a socket everything is read.
    """
    credential = actor.credential
    if not credential.may_read:
        raise InsufficientScope(required=Scope.READ.value, you_have=sorted(credential.scopes))
    content = [int(time.time()) + SECONDS, secrets.token_urlsafe(16), *Kept.of(actor)]
    return sealing.seal(_PURPOSE, orjson.dumps(content).decode())


def redeem_ticket(ticket: str) -> tuple[Actor, Kept] | None:
    """Who got the ticket, if their credential still holds; None for a used, old or forged one."""
    sealed = sealing.unseal(_PURPOSE, ticket) if len(ticket) <= LONGEST_TICKET else None
    if sealed is None:
        return None
    expires_at, nonce, *content = orjson.loads(sealed)
    if expires_at < time.time() or count(USED, nonce) is None:
        return None
    kept = Kept(*content)
    actor = restored(kept)
    return (actor, kept) if actor else None
