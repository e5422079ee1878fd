"""Asking somebody in by mail, whether or not they have an account."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from outbox.models import Delivery
from tests.support.cast import Cast, client_of
from tests.support.databases import CommittedDatabase
from tests.support.documents import invitation_document
from tests.support.log import log_of
from tests.support.threads import times
from tests.workspaces.inviting import invite, mail_before
from workspaces.models import Invitation, Membership
from workspaces.services.quota import MOST_PER_HOUR

PATHS = ("workspaces/{id}/invitations", "workspaces/{id}/members", "workspace/{id}/invite")


def path_of(cast: Cast, path: str = PATHS[0]) -> str:
    return f"/api/{path.format(id=cast.workspace.pk)}"


@pytest.mark.parametrize("path", [*PATHS, "workspace/{id}/members"])
def test_invite_person_answers_the_invitation(cast: Cast, path: str) -> None:
    body = {"email": " New@Example.com ", "role": "viewer", "message": "Join us"}
    answer = client_of(cast.pia).ask("POST", path_of(cast, path), body, status=201)

    invitation = Invitation.objects.get()
    assert (invitation.email, invitation.role) == ("new@example.com", "GUEST")
    assert invitation.expires_at - invitation.sent_at == timedelta(days=7)
    assert answer == {
        "success": True,
        "data": invitation_document(invitation),
        "message": "Invitation sent successfully",
    }
    told = {"role": {"old": None, "new": "GUEST"}}
    assert log_of(invitation) == [("invited", cast.pia.pk, told)]
    assert not Membership.objects.filter(user__email="new@example.com").exists()


def test_invite_person_tells_nobody_who_has_an_account(cast: Cast) -> None:
    ada, answers = client_of(cast.ada), []
    for email in ("sam@example.com", "new@example.com"):
        shown = ada.ask("POST", path_of(cast), {"email": email}, status=201)
        shown["data"] = dict.fromkeys(shown["data"], "…")
        answers.append(shown)
    assert answers[0] == answers[1]
    assert Delivery.objects.filter(kind="invitation").count() == 2


@pytest.mark.parametrize("email", ["MAX@example.com", "ada@example.com"])
def test_invite_person_who_is_in(cast: Cast, unchanged: None, email: str) -> None:
    refusal = client_of(cast.ada).ask("POST", path_of(cast), {"email": email}, status=409)
    assert (refusal["code"], [*refusal["errors"]]) == ("already_member", ["email"])


def test_invite_person_twice(cast: Cast) -> None:
    invite(cast)
    body = {"email": "SAM@example.com"}
    refusal = client_of(cast.pia).ask("POST", path_of(cast), body, status=409)
    assert (refusal["code"], [*refusal["errors"]]) == ("already_invited", ["email"])
    assert Delivery.objects.filter(kind="invitation").count() == 1


def test_invite_person_again_after_the_first_has_expired(cast: Cast) -> None:
    first = invite(cast)
    Invitation.objects.filter(pk=first.pk).update(expires_at=timezone.now())
    client_of(cast.ada).ask("POST", path_of(cast), {"email": "sam@example.com"}, status=201)
    states = Invitation.objects.order_by("created_at").values_list("status", flat=True)
    assert list(states) == ["EXPIRED", "PENDING"]


@pytest.mark.parametrize(
    ("name", "role", "status"),
    [
        ("pia", "ADMIN", 403),
        ("pia", "super_admin", 403),
        ("pia", "BILLING", 403),
        ("pia", "PM", 201),
        ("ada", "ADMIN", 201),
        ("max", "GUEST", 403),
        ("gus", "GUEST", 403),
        ("sam", "GUEST", 403),
    ],
)
def test_nobody_invites_to_a_role_above_their_own(
    cast: Cast, name: str, role: str, status: int
) -> None:
    body = {"email": "new@example.com", "role": role}
    client_of(getattr(cast, name)).ask("POST", path_of(cast), body, status=status)
    assert Invitation.objects.count() == (status == 201)


@pytest.mark.parametrize(
    ("field", "value"),
    [
        ("email", None),
        ("email", "nobody"),
        ("email", "a@b@example.com"),
        ("email", "a@example.com\r\nBcc: b@example.com"),
        ("email", f"{'x' * 250}@example.com"),
        ("email", ["a@example.com"]),
        ("role", "OWNER"),
        ("message", "x" * 2001),
        ("message", {"a": 1}),
    ],
)
def test_invite_person_refuses(cast: Cast, unchanged: None, field: str, value: Any) -> None:
    body = {"email": "new@example.com", field: value}
    refusal = client_of(cast.ada).ask("POST", path_of(cast), body, status=400)
    assert [*refusal["errors"]] == [field]


def test_a_workspace_sends_so_many_invitations_an_hour(cast: Cast) -> None:
    mail_before(invite(cast, "first@example.com"), MOST_PER_HOUR - 2)
    invite(cast, "second@example.com")
    ada, body = client_of(cast.ada), {"email": "last@example.com"}

    refused = ada.post(path_of(cast), body, format="json")

    assert (refused.status_code, refused.json()["code"]) == (429, "too_many_requests")
    assert 3500 < int(refused["Retry-After"]) <= 3600
    client_of(cast.sam).ask(
        "POST", f"/api/workspaces/{cast.elsewhere.pk}/invitations", body, status=201
    )
    hour_ago = timezone.now() - timedelta(hours=1)
    Delivery.objects.filter(payload__actor=str(cast.ada.pk)).update(created_at=hour_ago)
    ada.ask("POST", path_of(cast), body, status=201)


def test_invite_person_eight_times_at_once_invites_once(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    ada = [client_of(cast.ada) for _ in range(8)]
    body = {"email": "new@example.com"}
    answers = times(8, lambda n: ada[n].post(path_of(cast), body, format="json").status_code)
    assert sorted(answers) == [201, *[409] * 7]
    assert Invitation.objects.count() == Delivery.objects.filter(kind="invitation").count() == 1


def test_list_invitations_shows_those_of_the_workspace(cast: Cast) -> None:
    first, second = invite(cast, "a@example.com"), invite(cast, "b@example.com", role="PM")
    path = f"/api/workspaces/{cast.elsewhere.pk}/invitations"
    client_of(cast.sam).ask("POST", path, {"email": "c@example.com"}, status=201)
    assert client_of(cast.pia).ask("GET", path_of(cast)) == {
        "success": True,
        "data": [invitation_document(second), invitation_document(first)],
        "meta": {"next_cursor": None},
    }


def test_list_invitations_by_status(cast: Cast) -> None:
    invite(cast, "a@example.com")
    late = invite(cast, "b@example.com")
    Invitation.objects.filter(pk=late.pk).update(expires_at=timezone.now())
    pia = client_of(cast.pia)
    waiting = pia.ask("GET", f"{path_of(cast)}?status=pending")["data"]
    over = pia.ask("GET", f"{path_of(cast)}?status=EXPIRED&status=revoked")["data"]
    assert [item["email"] for item in waiting] == ["a@example.com"]
    assert [(item["email"], item["status"]) for item in over] == [("b@example.com", "EXPIRED")]
    pia.ask("GET", f"{path_of(cast)}?status=lost", status=400)


def test_invite_person_does_not_tell_who_has_an_account(cast: Cast) -> None:
    ada, told = client_of(cast.ada), []
    for email in ("sam@example.com", "nobody@example.com"):
        with CaptureQueriesContext(connection) as asked:
            shown = ada.ask("POST", path_of(cast), {"email": email}, status=201)["data"]
        told.append((sorted(shown), shown["status"], len(asked)))
    assert told[0] == told[1]
