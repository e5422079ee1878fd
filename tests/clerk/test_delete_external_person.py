"""After a person is deleted, no table tells their name or address."""

from datetime import date
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from django.apps import apps
from django.contrib.sessions.models import Session
from django.db import connection
from django.test import Client
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services.deletion import delete_person
from accounts.services.people import change_profile
from activity.models import Event
from core.erasure import ERASED
from core.models import IdempotencyKey
from notifications.models import Reminder
from outbox.models import Delivery, State
from tasks.services.tasks import create_task
from tests.notifications.mailing import send_all
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.sign_in import PASSWORD, bearing
from tests.support.staff import sign_in_staff
from workspaces.services.invitations import invite_person
from workspaces.services.workspaces import add_member, personal_workspace

NAME = "Zephyrine Quuxington"
ADDRESS = "zephyrine@example.com"
TRACES = ("zephyrine", "quuxington")


@pytest.fixture
def zoe(cast: Cast, stranger: APIClient) -> User:
    """Somebody who has left a trace wherever a name or an address can stand."""
    invite_person(actor=by(cast.ada), workspace=cast.workspace, email=ADDRESS)
    body = {"email": ADDRESS, "password": PASSWORD, "name": NAME}
    entered = stranger.post("/api/auth/register", body).json()["data"]
    zoe: User = User.objects.get(email=ADDRESS)
    sent: dict[str, Any] = {"email": ADDRESS, "message": "Dear Zephyrine"}
    key: dict[str, Any] = {"Idempotency-Key": "sam's"}
    path = f"/api/workspaces/{cast.elsewhere.pk}/invitations"
    client_of(cast.sam).ask("POST", path, sent, status=201, **key)
    add_member(actor=by(cast.ada), workspace=cast.workspace, email=ADDRESS, role="MEMBER")
    personal_workspace(actor=by(zoe))
    change_profile(
        actor=by(zoe), person=zoe, name="Zephyrine", avatar_url="https://e.com/quuxington.png"
    )
    change_profile(actor=by(zoe), person=zoe, name=NAME)
    _work(cast, bearing(entered["access_token"]))
    _sign_in_elsewhere(zoe)
    return zoe


def _work(cast: Cast, zoe: APIClient) -> None:
    lea, project = client_of(cast.lea), f"/api/projects/{cast.project.pk}"
    add = {"email": ADDRESS}
    lea.ask("POST", f"{project}/members", add, status=201, **{"Idempotency-Key": "lea's"})
    given = {"title": "Oil", "assigneeId": str(cast.max.pk), "project_id": str(cast.project.pk)}
    mine = zoe.post("/api/tasks", given, headers={"Idempotency-Key": "own"})
    assert mine.status_code == 201
    zoe.post(f"/api/tasks/{mine.json()['data']['id']}/comments", {"content": "With which oil?"})
    create_task(
        actor=by(cast.lea),
        project=cast.project,
        title="Due",
        assignee=User.objects.get(email=ADDRESS),
        due_date=date(2031, 7, 1),
    )


def _sign_in_elsewhere(zoe: User) -> None:
    EmailAddress.objects.get_or_create(user=zoe, email=ADDRESS)
    SocialAccount.objects.create(user=zoe, provider="p", uid="1", extra_data={"name": NAME})
    Authenticator.objects.create(user=zoe, type="totp", data={"label": ADDRESS})


def tables_telling(*words: str) -> set[str]:
    """Every table in which some row, or some bytes of a row, hold one of the words."""
    return {
        model._meta.db_table
        for model in apps.get_models(include_auto_created=True)
        if any(_tells(model, word) for word in words)
    }


def _tells(model: Any, word: str) -> bool:
    table, hexed = connection.ops.quote_name(model._meta.db_table), word.encode().hex()
    capital = word.capitalize().encode().hex()
    with connection.cursor() as cursor:
        cursor.execute(
            f"SELECT count(*) FROM {table} t WHERE t::text ILIKE ANY(%s)",
            [[f"%{trace}%" for trace in (word, hexed, capital)]],
        )
        return bool(cursor.fetchone()[0])


def test_no_table_tells_of_a_deleted_person(cast: Cast, zoe: User) -> None:
    send_all()
    client = Client()
    sign_in_staff(client, User.objects.create_superuser("root@example.com"))
    client.post(f"/admin/accounts/user/{zoe.pk}/change/", {"name": NAME, "time_zone": "UTC"})
    assert tables_telling(*TRACES) >= {
        "accounts_user",
        "account_emailaddress",
        "core_idempotencykey",
        "django_admin_log",
        "mfa_authenticator",
        "outbox_mailcontent",
        "socialaccount_socialaccount",
        "workspaces_invitation",
        "workspaces_workspace",
    }

    delete_person(actor=by(zoe), person=zoe)

    assert tables_telling(*TRACES) == set()
    sessions = [session.get_decoded() for session in Session.objects.all()]
    assert sessions
    assert str(zoe.pk) not in {session.get("_auth_user_id") for session in sessions}


def test_pending_mail_is_skipped_and_reminders_are_cancelled(cast: Cast, zoe: User) -> None:
    assert Reminder.objects.planned().filter(recipient=zoe).exists()
    pending = Delivery.objects.filter(recipient_id=zoe.pk, state=State.PENDING)
    assert pending.filter(kind="task_assigned").exists()

    delete_person(actor=by(zoe), person=zoe)

    assert not Reminder.objects.planned().filter(recipient=zoe).exists()
    closed = Delivery.objects.filter(recipient_id=zoe.pk).values_list("state", "reason")
    assert set(closed) == {(State.SKIPPED, "the account is closed")}
    [other] = [mail for mail in send_all() if mail.kind == "task_assigned"]
    assert (other.recipient_id, other.state) == (cast.max.pk, State.SENT)
    assert "Deleted user" in other.mail.text


def test_an_answer_that_named_them_is_forgotten_but_its_key_stays_used(
    cast: Cast, zoe: User
) -> None:
    delete_person(actor=by(zoe), person=zoe)

    assert not IdempotencyKey.objects.filter(principal=str(zoe.pk)).exists()
    kept = IdempotencyKey.objects.get(principal=str(cast.lea.pk), key="lea's")
    assert bytes(kept.body) == ERASED
    again = client_of(cast.lea).ask(
        "POST",
        f"/api/projects/{cast.project.pk}/members",
        {"email": ADDRESS},
        status=404,
        **{"Idempotency-Key": "lea's"},
    )
    assert again["code"] == "not_found"


def test_what_they_did_is_still_in_the_log(cast: Cast, zoe: User) -> None:
    before = client_of(cast.ada).ask("GET", f"/api/projects/{cast.project.pk}/tasks")["data"]
    delete_person(actor=by(zoe), person=zoe)
    after = client_of(cast.ada).ask("GET", f"/api/projects/{cast.project.pk}/tasks")["data"]
    assert [task["id"] for task in after] == [task["id"] for task in before]
    assert {task["created_by"]["name"] for task in after} == {"Lea", "Deleted user"}


def test_the_log_never_holds_a_name(cast: Cast) -> None:
    change_profile(actor=by(cast.max), person=cast.max, name="Maximilian")
    changes = Event.objects.filter(entity_id=cast.max.pk).order_by("workspace_id")
    [there, change] = changes.values_list("changes", flat=True)  # null last: of no workspace
    assert change == {"name": {"old": None, "new": None}}
    assert there == {}
