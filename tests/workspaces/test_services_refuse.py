"""Every service asks for the actor's right itself, whoever calls it."""

import inspect
from collections.abc import Callable, Iterator
from importlib import import_module
from pkgutil import walk_packages
from typing import Any, get_type_hints

import pytest

from accounts.models import User
from comments.models import Comment
from core.errors import Forbidden
from tests.cast import Cast
from tests.factories import UserFactory
from tests.workspaces.inviting import invite
from workspaces.models import Invitation, Membership

APPS = ("workspaces", "projects", "tasks", "comments")
FOR_EVERYBODY = {
    *("create_workspace", "personal_workspace", "accept_invitation"),
    # For whom an offer was made to, `not_offered` for everybody else: test_transfer_ownership.py.
    *("accept_ownership", "decline_ownership"),
}


def services() -> Iterator[tuple[str, Callable[..., Any]]]:
    """Every public function that acts for a person; for reactions the actor may be nobody."""
    for app in APPS:
        for module in walk_packages(import_module(app).__path__, f"{app}."):
            for name, value in inspect.getmembers(import_module(module.name), inspect.isfunction):
                if _acts(value) and value.__module__ == module.name and name not in FOR_EVERYBODY:
                    yield name, value


def _acts(value: Callable[..., Any]) -> bool:
    parameter = inspect.signature(value).parameters.get("actor")
    is_public = not value.__name__.startswith("_")
    writes = hasattr(value, "__wrapped__")  # by transaction.atomic
    return bool(parameter and is_public and writes and get_type_hints(value)["actor"] is User)


SERVICES = dict(services())


def arguments(service: Callable[..., Any], cast: Cast, comment: Comment) -> dict[str, Any]:
    """Something fitting for every parameter that has to be given."""
    known: dict[str, Any] = {
        "workspace": cast.workspace,
        "project": cast.project,
        "task": comment.task,
        "tasks": [comment.task],
        "comment": comment,
        "membership": Membership.objects.get(workspace=cast.workspace, user=cast.max),
        "invitation": Invitation.objects.get(),
        "person": cast.max,
        "status": comment.task.status,
        "changes": {},
        "email": "sam@example.com",
    }
    parameters = inspect.signature(service).parameters.values()
    needed = [p.name for p in parameters if p.default is p.empty and p.kind is p.KEYWORD_ONLY]
    texts = {"role": "MEMBER", "content": "New", "name": "New"}
    return {name: {**known, **texts}[name] for name in needed if name != "actor"}


def test_the_services_are_found() -> None:
    assert len(SERVICES) >= 20
    assert {"update_workspace", "create_project", "set_project_role"} <= SERVICES.keys()
    assert {"restore_project", "transition_task", "add_comment"} <= SERVICES.keys()


@pytest.fixture
def invitation(cast: Cast) -> Invitation:
    return invite(cast)


@pytest.mark.parametrize("who", ["stranger", "sam", "gus"])
@pytest.mark.parametrize("service", SERVICES.values(), ids=list(SERVICES))
@pytest.mark.usefixtures("invitation", "unchanged")
def test_a_service_refuses_who_may_not(
    cast: Cast, comment: Comment, service: Callable[..., Any], who: str
) -> None:
    actor = getattr(cast, who, None) or UserFactory.create()
    with pytest.raises(Forbidden) as refusal:
        service(actor=actor, **arguments(service, cast, comment))
    assert {"required", "you_have"} <= refusal.value.facts.keys()
