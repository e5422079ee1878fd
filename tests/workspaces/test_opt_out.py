"""The page behind the link in a mail: out, for good, until the person wants it otherwise."""

import time
from typing import Any
from uuid import uuid4

import pytest
from django.db.models import Value
from django.db.models.functions import Concat
from django.test import Client as Browser
from django.urls import reverse

from accounts.models import User
from accounts.services.deletion import delete_person
from accounts.services.people import stranger_at
from activity.models import Event
from clerk.services.organizations import add_organization_member
from clerk.services.people import Organization
from projects.models import ProjectMembership
from projects.services.members import add_project_member
from tasks.services.tasks import create_task
from tests.notifications.mailing import send_all
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.sink import Sink
from tests.support.tables import everything
from tests.workspaces.inviting import invite, prove, token_of
from workspaces.models import Invitation, Membership, OptOut, Workspace
from workspaces.services.mail_allowance import OPTED_OUT
from workspaces.services.opt_out_links import token_for
from workspaces.services.opt_out_records import lift_opt_out
from workspaces.services.opt_outs import opt_out


def page_of(cast: Cast, recipient: Any) -> str:
    return reverse("opt-out", args=[token_for(cast.workspace.pk, recipient)])


def leave(cast: Cast, recipient: Any, **body: str) -> str:
    response = Browser(enforce_csrf_checks=True).post(page_of(cast, recipient), body)
    assert response.status_code == 200
    assert response["Content-Type"].startswith("text/html")
    return response.content.decode()


def add(cast: Cast, person: User, status: int) -> Any:
    body = {"workspaceId": str(cast.workspace.pk), "email": person.email}
    return client_of(cast.ada).ask("POST", "/api/workspace/add-member", body, status=status)


def is_member(cast: Cast, person: User) -> bool:
    return Membership.objects.filter(workspace=cast.workspace, user=person).exists()


@pytest.mark.parametrize("accept", ["*/*", "text/html,application/xhtml+xml", "application/json"])
def test_looking_at_the_page_changes_nothing(cast: Cast, accept: str) -> None:
    before = everything()

    for method in ("get", "head", "options"):
        getattr(Browser(), method)(page_of(cast, cast.max.pk), headers={"Accept": accept})
    response = Browser().get(page_of(cast, cast.max.pk), headers={"Accept": accept})

    assert "Leave Analytical Engines?" in response.content.decode()
    assert response["Cache-Control"] == "no-store"
    assert everything() == before


def test_leaving_ends_the_place_and_what_hangs_on_it(cast: Cast) -> None:
    task = create_task(actor=by(cast.lea), project=cast.project, title="T", assignee=cast.max)

    assert "You have left" in leave(cast, cast.max.pk, action="leave")

    task.refresh_from_db()
    assert not is_member(cast, cast.max)
    assert task.assignee_id != cast.max.pk
    assert not ProjectMembership.objects.filter(user=cast.max).exists()
    told = Event.objects.filter(workspace_id=cast.workspace.pk, actor_id=cast.max.pk)
    assert {"member_removed", "opted_out"} <= set(told.values_list("action", flat=True))


@pytest.mark.parametrize("content_type", ["application/x-www-form-urlencoded", "multipart"])
def test_one_click_of_a_mail_program_leaves(cast: Cast, content_type: str) -> None:
    path = page_of(cast, cast.max.pk)
    if content_type == "multipart":
        response = Browser().post(path, {"List-Unsubscribe": "One-Click"})
    else:
        response = Browser().post(path, "List-Unsubscribe=One-Click", content_type=content_type)

    assert response.status_code == 200
    assert not is_member(cast, cast.max)


def test_nobody_there_can_add_them_again(cast: Cast) -> None:
    leave(cast, cast.max.pk)
    leave(cast, cast.max.pk)

    assert add(cast, cast.max, 409)["code"] == "declined"
    assert not is_member(cast, cast.max)
    assert OptOut.objects.get().kind == "DECLINED"
    assert Event.objects.filter(action="opted_out").count() == 1


def test_elsewhere_they_can_still_be_added(cast: Cast) -> None:
    leave(cast, cast.max.pk)

    body = {"workspaceId": str(cast.elsewhere.pk), "email": cast.max.email}
    client_of(cast.sam).ask("POST", "/api/workspace/add-member", body, status=201)


def test_inviting_them_looks_as_always_and_sends_nothing(cast: Cast, sink: Sink) -> None:
    leave(cast, cast.max.pk)
    path = f"/api/workspaces/{cast.workspace.pk}/invitations"
    answers = [
        client_of(cast.ada).ask("POST", path, {"email": email}, status=201)
        for email in (cast.max.email, "new@example.com")
    ]

    reasons = {row.recipient_id: row.reason for row in send_all()}

    assert reasons.pop(cast.max.pk) == OPTED_OUT
    assert [mail["To"] for mail in sink.mails] == ["new@example.com"]
    assert answers[0]["data"].keys() == answers[1]["data"].keys()
    assert answers[0]["data"]["status"] == answers[1]["data"]["status"] == "PENDING"


def test_accepting_lifts_it(cast: Cast, sink: Sink) -> None:
    leave(cast, cast.max.pk)
    invitation = invite(cast, cast.max.email)
    prove(cast.max)

    client_of(cast.max).ask("POST", f"/api/invitations/{token_of(invitation)}/accept")

    assert is_member(cast, cast.max)
    assert not OptOut.objects.exists()


def test_they_lift_it_on_the_page(cast: Cast) -> None:
    assert 'value="allow"' in leave(cast, cast.max.pk)
    leave(cast, cast.max.pk, action="allow")

    add(cast, cast.max, 201)

    assert Event.objects.filter(action="lifted").count() == 1


def test_somebody_without_an_account_declines_an_invitation(cast: Cast, sink: Sink) -> None:
    invitation = invite(cast, "new@example.com")
    other = invite(cast, "other@example.com")
    leave(cast, stranger_at("new@example.com"))

    invite(cast, "new@example.com")

    assert Invitation.objects.get(pk=invitation.pk).status == "REVOKED"
    assert Invitation.objects.get(pk=other.pk).status == "PENDING"
    send_all()
    assert [mail["To"] for mail in sink.mails] == ["other@example.com"]


@pytest.mark.parametrize("name", ["ada", "pia"])
def test_whom_the_workspace_needs_is_only_muted(cast: Cast, sink: Sink, name: str) -> None:
    needed: User = getattr(cast, name)
    if name == "pia":  # the last ADMIN, and not the owner
        Membership.objects.filter(user=cast.ada).update(role="PM")
        Membership.objects.filter(user=cast.pia).update(role="ADMIN")
    create_task(actor=by(cast.lea), project=cast.project, title="T", assignee=cast.lea)
    assert "You will still belong to it" in Browser().get(page_of(cast, needed.pk)).content.decode()

    leave(cast, needed.pk)

    assert is_member(cast, needed)
    assert OptOut.objects.get().kind == "MUTED"
    mute_stops_mail(cast, needed, sink)


def mute_stops_mail(cast: Cast, needed: User, sink: Sink) -> None:
    if not ProjectMembership.objects.filter(user=needed).exists():
        add_project_member(actor=by(cast.lea), project=cast.project, person=needed)
    create_task(actor=by(cast.lea), project=cast.project, title="T", assignee=needed)
    assert [row.reason for row in send_all()] == [OPTED_OUT]
    leave(cast, needed.pk, action="allow")
    create_task(actor=by(cast.lea), project=cast.project, title="T", assignee=needed)
    assert [row.state for row in send_all()] == ["SENT"]


@pytest.mark.parametrize("token", ["x", "", "é", "a" * 4000, "../../etc"])
def test_a_link_that_is_none_leads_nowhere(cast: Cast, token: str) -> None:
    before = everything()
    for method in ("get", "post"):
        response = getattr(Browser(), method)(f"/api/unsubscribe/{token}")
        assert response.status_code == 404
    assert everything() == before


def test_a_link_names_one_workspace_and_one_recipient(cast: Cast) -> None:
    ours = token_for(cast.workspace.pk, cast.max.pk)
    others = {
        token_for(cast.elsewhere.pk, cast.max.pk),
        token_for(cast.workspace.pk, cast.moe.pk),
        token_for(uuid4(), cast.max.pk),
    }
    assert ours not in others
    assert len(others) == 3
    leave(cast, cast.moe.pk)
    assert is_member(cast, cast.max)


def test_a_deleted_person_leaves_nothing_behind(cast: Cast) -> None:
    leave(cast, cast.max.pk)
    leave(cast, stranger_at(cast.max.email))

    delete_person(actor=by(None), person=cast.max)

    assert not OptOut.objects.exists()


def test_the_export_tells_of_it(cast: Cast) -> None:
    leave(cast, cast.max.pk)

    data = client_of(cast.max).ask("GET", "/api/auth/me/export")["data"]

    assert [(row["workspace"], row["kind"]) for row in data["opt_outs"]] == [
        ("Analytical Engines", "DECLINED")
    ]


def test_lifting_twice_is_lifting_once(cast: Cast) -> None:
    leave(cast, cast.max.pk)
    for _ in range(2):
        lift_opt_out(actor=by(None), workspace=cast.workspace, recipient_ids={cast.max.pk})
    assert Event.objects.filter(action="lifted").count() == 1


def test_a_provider_seats_nobody_who_declined(cast: Cast) -> None:
    User.objects.update(external_id=Concat(Value("user_"), "name"))
    organization = Organization(id="org_1", name="Org")

    def seat(person: User, at: int, *, is_news: bool = True) -> None:
        person.refresh_from_db()
        add_organization_member(
            person=person, organization=organization, role="member", at=at, is_news=is_news
        )

    seat(cast.ada, 1)
    seat(cast.max, 2)
    workspace = Workspace.objects.get(external_org_id="org_1")
    opt_out(workspace=workspace, recipient_id=cast.max.pk)
    later = time.time_ns() // 1_000_000 + 10_000
    for is_news in (True, False):
        seat(cast.max, later, is_news=is_news)
    assert not Membership.objects.filter(workspace=workspace, user=cast.max).exists()

    lift_opt_out(actor=by(cast.max), workspace=workspace, recipient_ids={cast.max.pk})
    seat(cast.max, later + 1)

    assert Membership.objects.filter(workspace=workspace, user=cast.max).exists()
