"""The named people of most tests."""

import json
from dataclasses import dataclass
from typing import Any

from django.db.models.functions import Now
from rest_framework.test import APIClient

from accounts.models import User
from projects.models import Project
from projects.services.members import add_project_member
from projects.services.projects import create_project
from tests.support.actors import by
from tests.support.signing import access_token_for
from workspaces.models import Membership, Workspace
from workspaces.services.workspaces import add_member, create_workspace


class Client(APIClient):
    """Speaks JSON as one person; `ask` returns the answer's body after checking its status."""

    def ask(
        self, method: str, path: str, body: Any = None, *, status: int = 200, **headers: str
    ) -> Any:
        response = self.generic(
            method.upper(),
            path,
            "" if body is None else json.dumps(body),
            content_type="application/json",
            headers=headers,
        )
        assert response.status_code == status, response.content
        return response.json() if response.content else None


@dataclass(frozen=True)
class Cast:
    """Everybody a test may need.

    Ada is ADMIN and owner, Pia PM, Lea leads the project, Max is its member, Moe belongs to the
    workspace only, Gus is a GUEST; Sam is ADMIN elsewhere.
    """

    ada: User
    pia: User
    lea: User
    max: User
    moe: User
    gus: User
    sam: User
    workspace: Workspace
    elsewhere: Workspace
    project: Project


def gather() -> Cast:
    """Everybody in their place."""
    people = {name: person(name) for name in ("ada", "pia", "lea", "max", "moe", "gus", "sam")}
    ada = people["ada"]
    workspace = create_workspace(actor=by(ada), name="Analytical Engines")
    roles = {"pia": "PM", "lea": "MEMBER", "max": "MEMBER", "moe": "MEMBER", "gus": "GUEST"}
    for name, role in roles.items():
        add_member(actor=by(ada), workspace=workspace, email=people[name].email, role=role)
    Membership.objects.update(opened_at=Now())  # they have all been there
    elsewhere = create_workspace(actor=by(people["sam"]), name="Elsewhere")
    project = create_project(
        actor=by(ada), workspace=workspace, name="Engine", team_lead=people["lea"]
    )
    add_project_member(actor=by(people["lea"]), project=project, person=people["max"])
    return Cast(**people, workspace=workspace, elsewhere=elsewhere, project=project)


def person(name: str) -> User:
    """Somebody with an account and no workspace."""
    return User.objects.create_user(f"{name}@example.com", "correct horse", name=name.title())


def client_of(user: User | None) -> Client:
    """A client signed in as this person; None is a stranger."""
    client = Client()
    if user is not None:
        client.credentials(HTTP_AUTHORIZATION=f"Bearer {access_token_for(user)}")
    return client
