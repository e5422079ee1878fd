"""Who acts, and with which credential, travels with what they do."""

from dataclasses import replace
from typing import Any

import pytest

from accounts.models import User
from activity.models import Event
from core.actor import Actor, Credential
from identity.models import PersonalToken
from identity.services.personal_tokens import create_token
from projects.models import Project
from tests.support.actors import by
from tests.support.cast import Cast, Client
from workspaces.models import Workspace
from workspaces.services.workspaces import CredentialBound, create_workspace


@pytest.fixture
def program(cast: Cast) -> tuple[Client, PersonalToken]:
    """A client with a personal token of Lea's, and that token."""
    token, text = create_token(actor=by(cast.lea), name="ci", scopes=["read", "write"])
    client = Client()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    return client, token


def said_of(project: Project) -> list[Any]:
    told = Event.objects.filter(entity="project", entity_id=project.pk).order_by("created_at")
    return list(told.values("actor_id", "via", "token_id", "reason"))[1:]


def test_history_shows_which_token_did_it(
    cast: Cast, program: tuple[Client, PersonalToken]
) -> None:
    client, token = program
    client.ask("PATCH", f"/api/projects/{cast.project.pk}", {"name": "Mill"})

    by_token = {"actor_id": cast.lea.pk, "via": "personal_token", "token_id": token.pk}
    assert said_of(cast.project)[-1] == by_token | {"reason": ""}


def test_a_person_loaded_anew_gains_nothing(cast: Cast) -> None:
    bound = Credential("personal_token", workspaces=frozenset({cast.elsewhere.pk}))
    actor = Actor(user=cast.ada, credential=bound)
    assert Workspace.objects.visible_to(by(cast.ada)).exists()

    later = replace(actor, user=User.objects.get(pk=cast.ada.pk))

    assert not Workspace.objects.visible_to(later).exists()
    assert not Project.objects.visible_to(later).exists()
    with pytest.raises(CredentialBound):
        create_workspace(actor=later, name="New")


@pytest.mark.django_db
def test_nothing_of_a_credential_hangs_on_the_person() -> None:
    assert not {"bound_to", "in_admin", "unopened"} & set(dir(User()))


def test_the_system_is_nobody() -> None:
    system = Actor.system("a scan")

    assert (system.person_id, system.is_trusted, system.reason) == (None, True, "a scan")
    with pytest.raises(RuntimeError, match="a scan"):
        _ = system.person
