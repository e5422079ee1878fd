"""How many invitations one person may send, wherever they send them."""

import pytest
from pytest_django.fixtures import Settings

from core.errors import TooManyRequests
from outbox.models import Delivery
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.databases import CommittedDatabase
from tests.support.threads import succeeds, times
from workspaces.models import Invitation, Workspace
from workspaces.services.invitations import invite_person, resend_invitation
from workspaces.services.workspaces import create_workspace

MOST = 6


@pytest.fixture(autouse=True)
def few(settings: Settings) -> None:
    settings.INVITATIONS_PER_HOUR = MOST


def ask(cast: Cast, workspace: Workspace, number: int) -> int:
    path = f"/api/workspaces/{workspace.pk}/invitations"
    response = client_of(cast.ada).post(path, {"email": f"{number}@example.com"})
    if response.status_code == 429:
        assert 0 < int(response["Retry-After"]) <= 3600
        assert response.json()["code"] == "too_many_requests"
    return response.status_code


def test_invitations_count_over_all_workspaces(cast: Cast) -> None:
    own = [cast.workspace, *(create_workspace(actor=by(cast.ada), name=f"W{n}") for n in range(3))]

    statuses = [ask(cast, own[number % 4], number) for number in range(MOST + 2)]

    assert statuses == [201] * MOST + [429, 429]
    assert Delivery.objects.filter(kind="invitation").count() == MOST
    path = f"/api/workspaces/{cast.workspace.pk}/invitations"
    client_of(cast.pia).ask("POST", path, {"email": "other@example.com"}, status=201)


def test_sending_again_counts_as_well(cast: Cast) -> None:
    invitation = invite_person(actor=by(cast.ada), workspace=cast.workspace, email="a@example.com")
    for _ in range(MOST - 1):
        resend_invitation(actor=by(cast.ada), invitation=invitation)

    with pytest.raises(TooManyRequests):
        resend_invitation(actor=by(cast.ada), invitation=invitation)


def test_refused_invitations_do_not_count(cast: Cast) -> None:
    assert ask(cast, cast.workspace, 1) == 201
    for _ in range(MOST + 2):
        assert ask(cast, cast.workspace, 1) == 409

    assert [ask(cast, cast.workspace, number) for number in range(2, MOST + 1)] == [201] * 5


def test_invitations_are_counted_exactly_in_parallel(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    own = [create_workspace(actor=by(cast.ada), name=f"W{n}") for n in range(12)]

    sent = times(
        12,
        lambda n: succeeds(
            invite_person, actor=by(cast.ada), workspace=own[n], email=f"{n}@example.com"
        ),
    )

    assert sent.count(True) == MOST == Invitation.objects.count()
