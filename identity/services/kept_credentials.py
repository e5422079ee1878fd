"""Credentials kept without secrets and looked up again: of open sockets, and of later work."""

from collections.abc import Iterable
from typing import Any, NamedTuple, Self, cast
from uuid import UUID

from django.utils import timezone

from accounts.models import User
from core.actor import Actor, Credential, Kind
from core.queries import compiled
from identity.models import PersonalToken
from identity.services.personal_tokens import credential_of
from identity.services.sessions import fingerprints, open_session


class Kept(NamedTuple):
    """What a credential is looked up by: texts, so that a ticket can hold it."""

    kind: str
    person: str
    session_key: str
    token: str
    impersonator: str

    @classmethod
    def of(cls, actor: Actor) -> Self:
        credential, token = actor.credential, actor.credential.token_id
        return cls(
            credential.kind,
            str(actor.person.pk),
            credential.session_key,
            str(token) if token else "",
            credential.impersonator,
        )


def restored(kept: Kept) -> Actor | None:
    """The actor of a kept credential as it is now, None if it has ended."""
    if kept.token:
        return _of_token(UUID(kept.token))
    if kept.session_key:
        opened = open_session(kept.session_key, UUID(kept.person))
        if opened is None:
            return None
        credential = Credential(cast("Kind", kept.kind), kept.session_key)
        return Actor(user=opened.person, credential=credential)
    return _of_person(kept)


def actor_later(kept: Kept) -> Actor | None:
    """The actor of what somebody has asked for before: their token must still be valid.

    A session may have ended: who signs out does not give up what they asked for.
    """
    if kept.token:
        return _of_token(UUID(kept.token))
    return _of_person(kept)


@compiled
def _active(person: Any) -> Any:
    return User.objects.active().filter(pk=person)


def _of_person(kept: Kept) -> Actor | None:
    person = _active.first(person=UUID(kept.person))
    credential = Credential(cast("Kind", kept.kind), impersonator=kept.impersonator)
    return Actor(user=person, credential=credential) if person else None


def _of_token(pk: UUID) -> Actor | None:
    rows = PersonalToken.objects.usable(timezone.now()).filter(pk=pk)
    token = rows.select_related("user").first()
    return Actor(user=token.user, credential=credential_of(token)) if token else None


def states_of(kept: Iterable[Kept]) -> dict[Kept, str]:
    """A text for each credential that still holds, which changes if it has to be looked up again.

    Three queries for any number of them.
    """
    wanted = list(kept)
    sessions = {each.session_key: UUID(each.person) for each in wanted if each.session_key}
    found: dict[str, str] = fingerprints(sessions)
    tokens = [UUID(each.token) for each in wanted if each.token]
    usable = PersonalToken.objects.usable(timezone.now()).filter(pk__any_of=tokens)
    found.update({str(pk): "usable" for pk in usable.values_list("pk", flat=True)})
    others = [UUID(each.person) for each in wanted if not (each.token or each.session_key)]
    active = User.objects.active().filter(pk__any_of=others)
    found.update({str(pk): "active" for pk in active.values_list("pk", flat=True)})
    names = {each: each.token or each.session_key or each.person for each in wanted}
    return {each: found[name] for each, name in names.items() if name in found}
