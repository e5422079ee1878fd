"""POST /api/webhooks/clerk: what is believed, and what it changes."""

import json
import time
from datetime import UTC, datetime
from typing import Any

import pytest
from pytest_django import Settings
from rest_framework.test import APIClient
from standardwebhooks import Webhook

from accounts.clerk.services import Profile, welcome_person
from accounts.models import ExternalRecord, User, WebhookReceipt
from projects.models import ProjectMembership
from projects.services import create_project
from workspaces.models import Membership, Workspace

PATH = "/api/webhooks/clerk"
SECRET = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw"
OTHER = "whsec_AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA"
NOW = int(time.time()) * 1000


@pytest.fixture(autouse=True)
def clerk(db: None, settings: Settings) -> None:
    settings.CLERK_WEBHOOK_SECRETS = [SECRET]


def headers(
    body: str, *, msg: str = "msg_1", at: float = 0, secret: str = SECRET
) -> dict[str, str]:
    moment = datetime.fromtimestamp(at or time.time(), UTC)
    return {
        "svix-id": msg,
        "svix-timestamp": str(int(moment.timestamp())),
        "svix-signature": Webhook(secret).sign(msg, moment, body),
    }


def post(body: str | bytes, sent: dict[str, str]) -> Any:
    raw: Any = body
    return APIClient().generic("POST", PATH, raw, content_type="application/json", headers=sent)


def tell(kind: str, data: dict[str, Any], *, msg: str, at: int = NOW) -> str:
    body = json.dumps({"type": kind, "data": data, "timestamp": at})
    response = post(body, headers(body, msg=msg))
    assert response.status_code == 200, response.content
    return str(response.json()["data"]["status"])


def grace(at: int = NOW, **more: Any) -> dict[str, Any]:
    address = {
        "id": "idn_1",
        "email_address": "grace@example.com",
        "verification": {"status": "verified"},
    }
    return {
        "id": "user_grace",
        "primary_email_address_id": "idn_1",
        "email_addresses": [address],
        "first_name": "Grace",
        "last_name": "Hopper",
        "image_url": "https://img.example.com/g.png",
        "updated_at": at,
        **more,
    }


ORG = {"id": "org_1", "name": "Engines", "updated_at": NOW}


def seat(role: str = "org:member", at: int = NOW, who: str = "user_grace") -> dict[str, Any]:
    return {
        "id": "orgmem_1",
        "organization": ORG,
        "public_user_data": {"user_id": who},
        "role": role,
        "updated_at": at,
    }


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
}


@pytest.mark.parametrize(("body", "sent"), WRONG.values(), ids=WRONG.keys())
def test_a_wrong_message_is_refused(body: str | bytes, sent: dict[str, str]) -> None:
    response = post(body, sent)

    assert response.status_code == 400, response.content
    assert response.json()["code"] in {"invalid_signature", "invalid_message"}
    assert not User.objects.exists()
    assert not WebhookReceipt.objects.exists()


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
    assert welcome_person(profile=Profile(id="user_grace")) is None


def test_an_organisation_and_its_people() -> None:
    tell("organization.created", {**ORG, "created_by": "user_boss"}, msg="msg_1")
    tell("organizationMembership.created", seat("org:admin"), msg="msg_2")
    tell("organization.updated", {**ORG, "name": "Looms", "updated_at": NOW + 1}, msg="msg_3")

    workspace = Workspace.objects.get()
    assert (workspace.name, workspace.owner.external_id) == ("Looms", "user_boss")
    assert workspace.memberships.get().role == "ADMIN"
    tell("organizationMembership.updated", seat(at=NOW + 2), msg="msg_4")
    assert workspace.memberships.get().role == "MEMBER"
    tell("organizationMembership.updated", seat("org:admin", NOW + 1), msg="msg_5")
    assert workspace.memberships.get().role == "MEMBER"


def test_who_left_takes_no_project_along_and_stays_away() -> None:
    tell("organizationMembership.created", seat("org:admin"), msg="msg_1")
    person, workspace = User.objects.get(), Workspace.objects.get()
    project = create_project(actor=person, workspace=workspace, name="Engine", team_lead=person)

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
