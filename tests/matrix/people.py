"""Everybody who may ask, with what they send to be recognised by."""

from collections.abc import Iterator

from pytest_django import Settings

from accounts.models import User
from accounts.services.people import change_access
from identity.services.personal_tokens import create_token
from tests.support.actors import by
from tests.support.cast import Client, client_of
from tests.support.signing import access_token_for
from workspaces.services.workspaces import create_workspace

UNKNOWN = ("nobody", "expired", "inactive")
"""Who is not let in at all."""


def clients(people: dict[str, User], settings: Settings) -> dict[str, Client]:
    """A client for each of the people, and for those of no or of a lesser credential."""
    known = {name: client_of(person) for name, person in people.items()}
    return known | dict(_others(people, settings))


def _others(people: dict[str, User], settings: Settings) -> Iterator[tuple[str, Client]]:
    yield "nobody", Client()
    usual = settings.HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN
    settings.HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN = -1
    yield "expired", bearing(access_token_for(people["ada"]))
    settings.HEADLESS_JWT_ACCESS_TOKEN_EXPIRES_IN = usual
    person = people["ned"]
    yield "inactive", client_of(person)
    change_access(actor=by(people["ada"]), person=person, is_active=False)
    aside = create_workspace(actor=by(people["ada"]), name="Aside")
    scopes, bound = ("read", "write"), [aside.pk]
    _, text = create_token(actor=by(people["ada"]), name="Bot", scopes=scopes, workspace_ids=bound)
    yield "bound", bearing(text)
    yield "reader", bearing(create_token(actor=by(people["ada"]), name="CI", scopes=["read"])[1])


def bearing(token: str) -> Client:
    client = Client()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client
