"""POST /api/webhooks/clerk: what is believed, and what it changes."""

import json
import time

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from clerk.models import ExternalRecord, WebhookReceipt
from clerk.services.people import Profile, find_or_register_person
from projects.models import ProjectMembership
from projects.services.projects import create_project
from tests.support.actors import by
from tests.support.clerk_messages import (
    NOW,
    ORG,
    OTHER,
    PATH,
    SECRET,
    grace,
    headers,
    post,
    seat,
    tell,
)
from tests.support.log import log_of
from workspaces.models import Membership, Workspace


@pytest.fixture(autouse=True)
def clerk(db: None, settings: Settings) -> None:
    settings.CLERK_WEBHOOK_SECRETS = [SECRET]


NESTED = json.dumps({"type": "user.created", "data": grace(email_addresses=["x"])})
GOOD = json.dumps({"type": "user.created", "data": grace(), "timestamp": NOW})
WRONG: dict[str, tuple[str | bytes, dict[str, str]]] = {
    "tampered": (GOOD.replace("Grace", "Eve"), headers(GOOD)),
    "another id": (GOOD, headers(GOOD) | {"svix-id": "msg_2"}),
    "another time": (GOOD, headers(GOOD) | {"svix-timestamp": str(int(time.time()) - 9)}),
    "stale": (GOOD, headers(GOOD, at=time.time() - 3_600)),
    "future": (GOOD, headers(GOOD, at=time.time() + 3_600)),
    "another secret": (GOOD, headers(GOOD, secret=OTHER)),
    "no headers": (GOOD, {}),
    "no comma": (GOOD, headers(GOOD) | {"svix-signature": "v1"}),
    "bad base64": (GOOD, headers(GOOD) | {"svix-signature": "v1,%%%"}),
    "another version": (GOOD, headers(GOOD) | {"svix-signature": "v1a,AAAA"}),
    "not a number": (GOOD, headers(GOOD) | {"svix-timestamp": "nan"}),
    "endless": (GOOD, headers(GOOD) | {"svix-timestamp": "inf"}),
    "not UTF-8": (b"\xff\xfe", headers(GOOD)),
    "no JSON": ("{", headers("{")),
    "a list": ("[]", headers("[]")),
    "no data": ('{"type": "user.created"}', headers('{"type": "user.created"}')),
    "data of text": (
        '{"type": "user.created", "data": "x"}',
        headers('{"type": "user.created", "data": "x"}'),
    ),
    "nobody": (
        '{"type": "user.created", "data": {}}',
        headers('{"type": "user.created", "data": {}}'),
    ),
    "a long id": (GOOD, headers(GOOD, msg="m" * 300)),
    "a nested person": (NESTED, headers(NESTED)),
}


def test_wrong_messages_are_refused() -> None:
    for name, (body, sent) in WRONG.items():
        response = post(body, sent)

        assert (name, response.status_code) == (name, 400), response.content
        assert response.json()["code"] in {"invalid_signature", "invalid_message"}, name
        assert not User.objects.exists(), name
        assert not WebhookReceipt.objects.exists(), name


def test_a_message_makes_the_person_once() -> None:
    assert tell("user.created", grace(), msg="msg_1") == "processed"
    assert tell("user.created", grace(), msg="msg_1") == "duplicate"

    person = User.objects.get()
    assert (person.email, person.name) == ("grace@example.com", "Grace Hopper")


def test_secrets_are_replaced_without_a_gap(settings: Settings) -> None:
    settings.CLERK_WEBHOOK_SECRETS = [OTHER, SECRET]
    assert post(GOOD, headers(GOOD)).status_code == 200
    sent = headers(GOOD, msg="msg_2")
    sent["svix-signature"] = f"v1,AAAA {sent['svix-signature']}"
    assert post(GOOD, sent).status_code == 200


@pytest.mark.parametrize("secrets", [[""], ["whsec_"], ["whsec_é"]])
def test_a_broken_secret_opens_nothing(settings: Settings, secrets: list[str]) -> None:
    settings.CLERK_WEBHOOK_SECRETS = secrets

    assert post(GOOD, headers(GOOD)).status_code == 400


def test_switched_off_there_is_no_such_address(settings: Settings) -> None:
    settings.CLERK_WEBHOOK_SECRETS = []

    assert post(GOOD, headers(GOOD)).status_code == 404


@pytest.mark.parametrize("path", [PATH, "/api/auth/webhook"])
def test_nobody_reads_there(path: str) -> None:
    assert APIClient().get(path).status_code == 405


def test_news_change_name_and_picture() -> None:
    tell("user.created", grace(), msg="msg_1")
    before = User.objects.get()
    assert before.avatar_url == "https://img.example.com/g.png"
    new = {"last_name": "Murray", "image_url": "https://img.example.com/new.png"}

    tell("user.updated", grace(at=NOW + 5, **new), msg="msg_2")

    after = User.objects.get()
    assert (after.pk, after.name) == (before.pk, "Grace Murray")
    assert after.avatar_url == "https://img.example.com/new.png"
    change = {"name": {"old": None, "new": None}, "avatar_url": {"old": None, "new": None}}
    assert log_of(after)[-1] == ("updated", after.pk, change)


def test_late_news_change_nothing() -> None:
    tell("user.updated", grace(first_name="Rear Admiral"), msg="msg_2")
    tell("user.created", grace(at=NOW - 5_000), msg="msg_1")

    assert User.objects.get().name == "Rear Admiral Hopper"


@pytest.mark.parametrize("order", [("created", "deleted"), ("deleted", "created")])
def test_who_was_deleted_stays_away(order: tuple[str, str]) -> None:
    data = {"created": grace(), "deleted": {"id": "user_grace", "deleted": True}}
    for kind in order:
        tell(f"user.{kind}", data[kind], msg=f"msg_{kind}")

    assert not User.objects.active().exists()
    assert ExternalRecord.objects.get(pk="user_grace").is_deleted
    assert find_or_register_person(profile=Profile(id="user_grace")) is None


def test_who_was_deleted_is_blanked_and_succeeded() -> None:
    tell("organizationMembership.created", seat("org:admin"), msg="msg_1")
    tell("organizationMembership.created", seat(who="user_ada"), msg="msg_2")

    tell("user.deleted", {"id": "user_grace", "deleted": True}, msg="msg_3")

    gone = User.objects.get(external_id="user_grace")
    assert (gone.name, gone.is_active, gone.memberships.count()) == ("Deleted user", False, 0)
    place = Membership.objects.get()
    assert (place.user.external_id, place.role) == ("user_ada", "MEMBER")
    assert place.workspace.owner is None


def test_what_failed_is_tried_again() -> None:
    broken = seat() | {"public_user_data": {}}
    body = json.dumps({"type": "organizationMembership.created", "data": broken})
    assert post(body, headers(body)).status_code == 400
    assert not WebhookReceipt.objects.exists()
    assert not ExternalRecord.objects.exists()

    assert tell("organizationMembership.created", seat(), msg="msg_1") == "processed"
    assert Membership.objects.get().user.external_id == "user_grace"


def test_a_message_is_not_endless() -> None:
    body = json.dumps({"type": "user.created", "data": grace(first_name="G" * 2_000_000)})

    assert post(body, headers(body)).status_code == 413
    assert not User.objects.exists()


def test_an_organisation_and_its_people() -> None:
    tell("organization.created", {**ORG, "created_by": "user_boss"}, msg="msg_1")
    tell("organizationMembership.created", seat("org:admin"), msg="msg_2")
    tell("organization.updated", {**ORG, "name": "Looms", "updated_at": NOW + 1}, msg="msg_3")

    workspace = Workspace.objects.get()
    boss = User.objects.get(external_id="user_boss")
    assert (workspace.name, workspace.owner) == ("Looms", boss)
    assert workspace.memberships.get().role == "ADMIN"
    tell("organizationMembership.updated", seat(at=NOW + 2), msg="msg_4")
    assert workspace.memberships.get().role == "MEMBER"
    tell("organizationMembership.updated", seat("org:admin", NOW + 1), msg="msg_5")
    assert workspace.memberships.get().role == "MEMBER"


def test_who_left_takes_no_project_along_and_stays_away() -> None:
    tell("organizationMembership.created", seat("org:admin"), msg="msg_1")
    person, workspace = User.objects.get(), Workspace.objects.get()
    project = create_project(actor=by(person), workspace=workspace, name="Engine", team_lead=person)

    tell("organizationMembership.deleted", seat(), msg="msg_2", at=NOW + 10)
    tell("organizationMembership.updated", seat("org:admin", NOW + 5), msg="msg_3")

    assert not Membership.objects.exists()
    assert not ProjectMembership.objects.exists()
    project.refresh_from_db()
    assert project.team_lead is None
    tell("organizationMembership.created", seat(at=NOW + 20), msg="msg_4")
    assert Membership.objects.get().role == "MEMBER"


def test_a_closed_organisation_stays_closed() -> None:
    tell("organizationMembership.created", seat("org:admin"), msg="msg_1")
    tell("organization.deleted", {"id": "org_1", "deleted": True}, msg="msg_2", at=NOW + 10)
    tell("organizationMembership.created", seat("org:admin", NOW + 20, "user_eve"), msg="msg_3")

    assert not Workspace.objects.alive().exists()
    assert Membership.objects.count() == 1


def test_a_message_of_another_kind_is_ignored() -> None:
    assert tell("session.created", {"id": "sess_1"}, msg="msg_1") == "ignored"
