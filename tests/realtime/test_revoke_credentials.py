"""A credential that ends takes its sockets and streams with it, within five seconds."""

import time
from collections.abc import Callable
from typing import Any
from uuid import uuid4

import pytest
from django.db import transaction

from accounts.models import User
from accounts.services.people import change_access
from activity.models import Event as Written
from core.models import uuid7
from core.queries import insert
from identity.services.personal_tokens import create_token, revoke_token
from identity.services.recovery import change_password
from identity.services.sessions import end_session, end_sessions_of
from identity.services.tokens import read
from tests.config.wire import Wire
from tests.realtime.site import Site, room_of, write
from tests.realtime.wire import Opened
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.factories import MembershipFactory, UserFactory
from tests.support.signing import access_token_for

WITHIN = 5.0


@pytest.fixture
def nia(team: Cast) -> User:
    """A member nobody else knows."""
    person = UserFactory.create(email=f"{team.workspace.pk}@example.com")
    MembershipFactory.create(workspace=team.workspace, user=person, role="MEMBER")
    return person


def signed_up(site: Site, team: Cast) -> tuple[User, str]:
    """A member with a session as sign-ins make them, and its access token."""
    body = {"email": f"{uuid4().hex}@example.com", "password": "a long enough secret"}
    wire = Wire(site.port)
    wire.ask("POST", "/api/auth/register", body | {"name": "Nia"}, status=201)
    person = User.objects.get(email=body["email"])
    MembershipFactory.create(workspace=team.workspace, user=person, role="MEMBER")
    return person, wire.signed_in(**body).token


def sign_out(person: User, token: str) -> None:
    end_session(read(token, "access").session_key)


def sign_out_everywhere(person: User, token: str) -> None:
    with transaction.atomic():
        end_sessions_of(person, actor=by(person))


def choose_another_password(person: User, token: str) -> None:
    key = read(access_token_for(person), "access").session_key
    change_password(actor=by(person), password="quite another secret 7", session_key=key)


def deactivate(person: User, token: str) -> None:
    change_access(actor=by(None), person=person, is_active=False)


ENDINGS = (sign_out, sign_out_everywhere, choose_another_password, deactivate)


@pytest.mark.parametrize("end", ENDINGS)
def test_an_ended_session_ends_its_sockets(
    opened: Opened, site: Site, team: Cast, end: Callable[[User, str], None]
) -> None:
    nia, token = signed_up(site, team)
    other = access_token_for(team.lea)
    path = f"/api/workspaces/{team.workspace.pk}/events/stream"
    sockets = [opened.greeted(token) for _ in range(2)]
    sockets[0].follow(room_of(team.project))
    stream, kept = opened.stream(token, path), opened.greeted(other)
    kept.follow(room_of(team.project))
    end(nia, token)
    for one in sockets:
        said = one.end(WITHIN)[-1]
        assert (said["type"], said["code"], one.code) == ("error", 4401, 4401)
    assert stream.hear()["event"] == "error"
    assert stream.hear() == {}
    task = write(team)
    assert kept.until("task:created")[-1]["event"]["entity_id"] == str(task.pk)


def test_another_session_of_the_person_goes_on(opened: Opened, team: Cast, nia: User) -> None:
    token = access_token_for(nia)
    ended, kept = opened.greeted(token), opened.greeted(access_token_for(nia))
    sign_out(nia, token)
    ended.end(WITHIN)
    assert ended.code == 4401
    assert kept.follow(room_of(team.project))["type"] == "subscribed"


def test_a_revoked_token_ends_its_sockets(opened: Opened, team: Cast, nia: User) -> None:
    made = [create_token(actor=by(nia), name="CI", scopes=["read"]) for _ in range(2)]
    first, second = (opened.greeted(text) for _, text in made)
    for one in (first, second):
        one.follow(room_of(team.project))
    revoke_token(actor=by(nia), token=made[0][0])
    assert first.end(WITHIN)[-1]["code"] == first.code == 4401
    second.say("ping")
    assert second.hear() == {"type": "pong"}


def large_events(team: Cast, amount: int) -> None:
    """So much that it fits in no buffer between here and the server."""
    facts: dict[str, Any] = {"workspace_id": team.workspace.pk, "via": "system"}
    facts |= {"entity": "task", "project_id": team.project.pk, "action": "updated"}
    words = {"title": {"old": "x" * 14_000, "new": "y" * 14_000}}
    for _ in range(amount):
        insert(Written(**facts, entity_id=uuid7(), changes=words))


def test_who_reads_slowly_is_ended_before_all_is_read(
    opened: Opened, team: Cast, nia: User
) -> None:
    """Else somebody who is always behind would be sent what happens after the end."""
    token = access_token_for(nia)
    large_events(team, 400)
    one = opened.greeted(token, receive_buffer=4096)
    one.say("subscribe", room_of(team.project), since=0)
    heard = [one.hear() for _ in range(3)]
    sign_out(nia, token)
    for _ in range(20):
        heard.append(one.hear())
        time.sleep(0.2)
    heard += one.end(30)
    assert one.code == 4401
    assert len(heard) < 395
