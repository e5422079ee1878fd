"""GET /api/auth/me/export: everything kept about oneself, and nothing about others."""

import json
from datetime import date
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from rest_framework.test import APIClient

from accounts.models import User
from activity.models import Event
from comments.services.comments import add_comment, edit_comment
from comments.services.reactions import add_reaction
from core.models import IdempotencyKey
from notifications.models import NotificationKind
from notifications.services.inbox import mute_task
from notifications.services.preferences import Change, change_preferences
from notifications.services.schedules import change_schedule
from projects.models import Project
from projects.services.members import remove_project_member
from tasks.models import Task
from tasks.services.tasks import create_task
from tests.notifications.mailing import send_all
from tests.support.actors import by
from tests.support.bulk import comments_on, tasks_with
from tests.support.cast import Cast, client_of
from tests.support.documents import at
from workspaces.models import Membership
from workspaces.services.invitations import invite_person

PATH = "/api/auth/me/export"
DAY = date(2031, 7, 1)
KINDS = {
    "addresses": 1,
    "devices": 1,
    "factors": 1,
    "providers": 1,
    "memberships": 1,
    "invitations": 1,
    "opt_outs": 0,
    "project_memberships": 1,
    "tasks_created": 1,
    "tasks_assigned": 1,
    "tasks_watched": 0,
    "saved_filters": 0,
    "calendar_feeds": 0,
    "jobs": 0,
    "import_files": 0,
    "report_schedules": 0,
    "comments": 1,
    "attachments": 0,
    "comment_texts": 2,
    "reactions": 1,
    "mentions": 1,
    "task_mentions": 1,
    "events": 5,
    "text_changes": 1,
    "deliveries": 3,
    "reminders": 1,
    "reminder_choices": 0,
    "notifications": 6,
    "muted_tasks": 1,
    "preferences": 1,
    "mail_schedules": 1,
}
"""How many rows of each kind somebody has who left `traces`."""


def exported(user: User) -> dict[str, Any]:
    data: dict[str, Any] = client_of(user).ask("GET", PATH)["data"]
    return data


@pytest.fixture
def traces(cast: Cast) -> Task:
    """Max and Lea each give the other a task, say something and sign in somewhere."""
    pairs = ((cast.max, cast.lea), (cast.lea, cast.max))
    for n, (giver, taker) in enumerate(pairs):
        task = create_task(
            actor=by(giver),
            project=cast.project,
            title=f"{giver.name}'s secret",
            description=f"For @{taker.name}",
            assignee=taker,
            due_date=DAY,
        )
        said = add_comment(actor=by(giver), task=task, content="A word")
        add_reaction(actor=by(giver), comment=said, emoji="🎉")
        words = f"{giver.name}'s word, @{taker.name}"
        edit_comment(actor=by(giver), comment=said, content=words)
        mute_task(actor=by(giver), task=task)
        wanted = Change(NotificationKind.COMMENTED, None, inbox=True, mail=True, is_reset=False)
        change_preferences(actor=by(giver), workspace=cast.workspace, changes=[wanted])
        change_schedule(actor=by(giver), changes={"digest_at": None})
        EmailAddress.objects.create(user=giver, email=giver.email)
        SocialAccount.objects.create(user=giver, provider="p", uid=f"{giver.name}'s uid")
        Authenticator.objects.create(user=giver, type="totp", data={"secret": "hush"})
        UserSession.objects.create(user=giver, session_key=str(n), ip="10.0.0.1", user_agent="B")
        invite_person(
            actor=by(cast.sam),
            workspace=cast.elsewhere,
            email=giver.email,
            message=f"{giver.name}?",
        )
    return task


def test_export_has_every_kind(cast: Cast, traces: Task) -> None:
    data = exported(cast.max)

    assert {name: len(rows) for name, rows in data.items() if name != "profile"} == KINDS
    assert (data["profile"]["email"], data["profile"]["name"]) == ("max@example.com", "Max")
    assert data["tasks_created"][0]["title"] == "Max's secret"
    assert data["tasks_assigned"][0]["title"] == "Lea's secret"
    assert data["comments"][0]["content"] == "Max's word, @Lea"
    assert data["devices"][0]["ip"] == "10.0.0.1"


def test_export_of_much_comes_in_several_answers(cast: Cast, task: Task) -> None:
    comments_on(cast, [task], ["€" * 20_000] * 90)
    tasks_with(cast, ["Said"] * 30)
    client = client_of(cast.max)
    response = client.get(PATH)
    parts = [response.json()]
    while cursor := parts[-1]["meta"]["next_cursor"]:
        assert len(response.content) < 8 * 1024 * 1024
        response = client.get(f"{PATH}?cursor={cursor}")
        parts.append(response.json())
    assert len(parts) > 2
    ids = [row["id"] for part in parts for row in part["data"]["comments"]]
    assert len(ids) == len(set(ids)) == 90
    assert sum(len(part["data"]["memberships"]) for part in parts) == 1
    foreign = client_of(cast.lea).ask("GET", f"{PATH}?cursor=x", status=400)
    assert foreign["code"] == "invalid_cursor"


def test_export_of_a_membership(cast: Cast) -> None:
    own = Membership.objects.get(user=cast.max)
    assert own.opened_at
    assert exported(cast.max)["memberships"] == [
        {
            "workspace_id": str(cast.workspace.pk),
            "workspace": "Analytical Engines",
            "role": "MEMBER",
            "message": "",
            "joined_at": at(own.created_at),
            "opened_at": at(own.opened_at),
        }
    ]


def test_export_shows_nothing_of_others(cast: Cast, traces: Task) -> None:
    text = json.dumps(exported(cast.max))

    assert "lea@example.com" not in text
    assert "Lea's word" not in text
    assert "Lea?" not in text
    assert "Lea's uid" not in text
    assert "hush" not in text
    assert Event.objects.filter(actor_id=cast.lea.pk).exists()
    ids = {event["id"] for event in exported(cast.max)["events"]}
    assert set(Event.objects.filter(pk__in=ids).values_list("actor_id", flat=True)) == {cast.max.pk}


def test_export_shows_the_mail_that_was_sent(cast: Cast, traces: Task) -> None:
    send_all()
    mails = exported(cast.max)["deliveries"]
    mail = next(mail for mail in mails if "secret" in mail["text"])
    assert (mail["address"], mail["state"]) == ("max@example.com", "SENT")
    assert "Lea's secret" in mail["text"]


def test_export_leaves_out_what_one_may_no_longer_read(cast: Cast, traces: Task) -> None:
    Project.objects.filter(pk=cast.project.pk).update(visibility="PRIVATE")
    remove_project_member(actor=by(cast.lea), project=cast.project, person=cast.max)

    data = exported(cast.max)

    assert (data["tasks_created"], data["project_memberships"]) == ([], [])
    assert [comment["content"] for comment in data["comments"]] == ["Max's word, @Lea"]


def test_export_is_neither_stored_nor_cached(cast: Cast) -> None:
    response = client_of(cast.max).get(PATH, headers={"Idempotency-Key": "k"})

    assert response.status_code == 200
    assert response["Cache-Control"] == "no-store"
    assert response["Content-Disposition"] == 'attachment; filename="my-data.json"'
    assert not IdempotencyKey.objects.exists()


@pytest.mark.django_db
def test_export_is_not_for_strangers(stranger: APIClient) -> None:
    assert stranger.get(PATH).status_code == 401
