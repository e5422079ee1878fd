"""Who may subscribe to the channel of a project at Pusher, asked as Pusher's clients ask."""

import hashlib
import hmac
from typing import Any
from urllib.parse import urlencode
from uuid import UUID, uuid4

import pytest
from pytest_django import Settings

from accounts.models import User
from config.settings.pusher import PusherApp
from identity.services.personal_tokens import create_token
from projects.models import Project, Visibility
from projects.services.deletion import delete_project
from projects.services.members import remove_project_member
from projects.services.projects import create_project
from tests.realtime.pusher_peer import APP_ID, KEY, SECRET
from tests.support.actors import by
from tests.support.cast import Cast, Client, client_of

pytestmark = pytest.mark.django_db
PATH = "/api/realtime/pusher/auth"
FORM = "application/x-www-form-urlencoded"
SOCKET = "1234.5678"


@pytest.fixture(autouse=True)
def pusher(settings: Settings) -> None:
    settings.PUSHER = PusherApp(APP_ID, KEY, SECRET, "push.example.com")


@pytest.fixture
def secret(cast: Cast) -> Project:
    """A private project of Lea's and Max's."""
    private: dict[str, Any] = {"name": "Secret", "visibility": Visibility.PRIVATE}
    people: dict[str, Any] = {"team_lead": cast.lea, "team_members": [cast.max]}
    return create_project(actor=by(cast.ada), workspace=cast.workspace, **private, **people)


def ask(client: Client, channel: str, socket_id: str = SOCKET) -> Any:
    body = urlencode({"socket_id": socket_id, "channel_name": channel})
    return client.post(PATH, body, content_type=FORM)


def subscribe(person: User | None, project: UUID, socket_id: str = SOCKET) -> Any:
    return ask(client_of(person), f"private-project-{project}", socket_id)


def code_of(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"]


def test_whoever_reads_the_project_gets_a_signature_without_envelope(
    cast: Cast, secret: Project
) -> None:
    answer = subscribe(cast.max, secret.pk)
    signed = f"{SOCKET}:private-project-{secret.pk}".encode()
    signature = f"{KEY}:{hmac.new(SECRET.encode(), signed, hashlib.sha256).hexdigest()}"
    assert (answer.status_code, answer.json()) == (200, {"auth": signature})
    assert answer["Cache-Control"] == "no-store"
    body = {"socketId": SOCKET, "channelName": f"private-project-{secret.pk}"}
    assert client_of(cast.max).ask("POST", PATH, body) == {"auth": signature}


@pytest.mark.parametrize("person", ["moe", "gus", "sam"])
def test_nobody_else_does(cast: Cast, secret: Project, person: str) -> None:
    """Nor are they told whether there is such a project."""
    refused, unknown = (subscribe(getattr(cast, person), pk) for pk in (secret.pk, uuid4()))
    assert code_of(refused) == (403, "subscription_refused")
    assert refused.json() == unknown.json() | {"request_id": refused.json()["request_id"]}


def test_without_signing_in_there_is_no_signature(secret: Project) -> None:
    assert subscribe(None, secret.pk).status_code == 401


def test_who_was_removed_gets_no_further_signature(cast: Cast, secret: Project) -> None:
    assert subscribe(cast.max, secret.pk).status_code == 200
    remove_project_member(actor=by(cast.lea), project=secret, person=cast.max)
    assert subscribe(cast.max, secret.pk).status_code == 403


def test_there_is_no_signature_for_a_deleted_project(cast: Cast, secret: Project) -> None:
    delete_project(actor=by(cast.ada), project=secret)
    assert subscribe(cast.ada, secret.pk).status_code == 403


@pytest.mark.parametrize(
    "channel",
    [
        "project-{}",
        "presence-project-{}",
        "private-encrypted-project-{}",
        "private-workspace-{}",
        "PRIVATE-project-{}",
        "private-project-{}:x",
        "private-project-{{{}}}",
        "private-project-private-project-{}",
        "private-project-",
        "#server-to-user-{}",
        "private-project-{}\t",
        "private-project-\N{DIGIT ONE}٣",
    ],
)
def test_other_channels_are_refused(cast: Cast, channel: str) -> None:
    answer = ask(client_of(cast.ada), channel.format(cast.project.pk))
    assert code_of(answer) == (403, "subscription_refused")


@pytest.mark.parametrize("spelt", [str.upper, lambda name: name.replace("-", "")])
def test_a_channel_has_one_name_only(cast: Cast, spelt: Any) -> None:
    """Else a signature would be for a channel to which nothing is sent."""
    answer = ask(client_of(cast.ada), f"private-project-{spelt(str(cast.project.pk))}")
    assert answer.status_code == 403


@pytest.mark.parametrize(
    "socket_id",
    ["", "1", "1.2.3", "1.2:x", "1.2::user::{}", "1.2\n", "٣.٣", "-1.2", "1" * 40 + ".2", "\0"],
)
def test_what_is_no_connection_gets_no_signature(cast: Cast, socket_id: str) -> None:
    """Pusher signs people in by a signature that begins alike."""
    answer = subscribe(cast.ada, cast.project.pk, socket_id)
    assert answer.status_code == 400
    assert "socket_id" in answer.json()["errors"]


@pytest.mark.parametrize(
    ("body", "content_type", "status"),
    [
        (b"", FORM, 400),
        (b"channel_name=x", FORM, 400),
        (b"\xff\xfe=%ff", FORM, 400),
        (b"&".join(b"k%d=1" % n for n in range(3000)), FORM, 400),
        (b"socket_id=1.2&channel_name=" + b"x" * 200, FORM, 400),
        (b"[]", "application/json", 400),
        (b"x", "text/plain", 415),
    ],
)
def test_odd_bodies_are_refused(cast: Cast, body: bytes, content_type: str, status: int) -> None:
    answer = client_of(cast.ada).post(PATH, body, content_type=content_type)
    assert (answer.status_code, answer.json()["success"]) == (status, False)


def test_without_pusher_nobody_gets_a_signature(cast: Cast, settings: Settings) -> None:
    settings.PUSHER = None
    assert subscribe(cast.ada, cast.project.pk).status_code == 403


@pytest.mark.parametrize(("scopes", "status"), [(["write"], 403), (["read", "write"], 200)])
def test_a_token_that_may_not_read_gets_no_signature(
    cast: Cast, scopes: list[str], status: int
) -> None:
    _, text = create_token(actor=by(cast.lea), name="Robot", scopes=scopes)
    client = Client()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    assert ask(client, f"private-project-{cast.project.pk}").status_code == status


def test_a_token_of_another_workspace_gets_no_signature(cast: Cast) -> None:
    bound: dict[str, Any] = {"scopes": ["read", "write"], "workspace_ids": []}
    _, text = create_token(actor=by(cast.lea), name="Robot", **bound)
    client = Client()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    assert ask(client, f"private-project-{cast.project.pk}").status_code == 403
