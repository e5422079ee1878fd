"""Opening a socket: from which page, and with which credential."""

import asyncio
import json
import socket
import time
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
from pytest_django import Settings
from websockets.typing import Subprotocol

from core import sealing
from identity.services.personal_tokens import create_token
from identity.services.sessions import end_session
from identity.services.tokens import read
from realtime.live.entrance import Refused, admit
from realtime.live.messages import Closing
from realtime.services import tickets
from tests.realtime.site import FRONT_END, FURTHER, Site, room_of
from tests.realtime.wire import PATIENCE, Opened
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.signing import access_token_for

TokenOf = Callable[[str], str]


def refused(opened: Opened, code: int, token: str = "", **more: Any) -> str:
    """The reason that is given before the socket is closed."""
    one = opened.socket(token, **more)
    assert one.status == 101
    [said] = one.end()
    assert (said["type"], said["code"], one.code) == ("error", code, code)
    return str(said["message"])


def ticket_of(site: Site, team: Cast, name: str = "lea") -> str:
    answer = site.of(getattr(team, name)).ask("POST", "/api/realtime/ticket", status=201)["data"]
    assert answer["expires_in"] == 30
    return quote(answer["ticket"])


def test_the_first_message_says_who_is_connected(
    opened: Opened, team: Cast, token_of: TokenOf
) -> None:
    for more in ({}, {"path": "/ws/"}):
        said = opened.socket(token_of("lea"), **more).hear()
        assert said == {"type": "connected", "user": team.lea.public_id, "degraded": False}


def test_pages_of_others_are_refused(opened: Opened, token_of: TokenOf) -> None:
    for origin in (FRONT_END, FURTHER, FRONT_END.upper(), "http://localhost:5173"):
        opened.greeted(token_of("lea"), Origin=origin)
    others = ["https://example.com", "null", f"{FRONT_END}.evil.com", "http://app.example.com"]
    for origin in [*others, f"{FRONT_END}:8443", "", f"{FRONT_END}/", "http://localhost.evil.com"]:
        assert opened.socket(token_of("lea"), Origin=origin).status == 403, origin


def test_a_ticket_is_good_for_one_socket(opened: Opened, site: Site, team: Cast) -> None:
    query = f"?ticket={ticket_of(site, team)}"
    assert opened.socket(query=query, Origin=FRONT_END).hear()["user"] == team.lea.public_id
    for _ in range(2):
        assert refused(opened, 4401, query=query, Origin=FRONT_END)


def test_a_ticket_is_used_once_however_many_try(opened: Opened, site: Site, team: Cast) -> None:
    query = f"?ticket={ticket_of(site, team)}"
    tried = [opened.socket(query=query) for _ in range(8)]
    said = [one.hear()["type"] for one in tried]
    assert sorted(said) == ["connected", *["error"] * 7]


@pytest.mark.usefixtures("team")
def test_a_ticket_expires(opened: Opened, team: Cast, monkeypatch: pytest.MonkeyPatch) -> None:
    for early, code in ((tickets.SECONDS + 1, 4401), (tickets.SECONDS - 5, 0)):
        with monkeypatch.context() as patch:
            then = time.time() - early
            patch.setattr(time, "time", lambda then=then: then)
            query = f"?ticket={quote(tickets.issue_ticket(actor=by(team.lea)))}"
        if code:
            refused(opened, code, query=query)
        else:
            opened.greeted("", query=query)


def test_forged_tickets_are_refused(opened: Opened, site: Site, team: Cast) -> None:
    good = ticket_of(site, team)
    other_purpose = sealing.seal("session-token", json.dumps([2**40, "x", "session", "1", "", ""]))
    forged = [
        "",
        "x",
        good[:-4],
        good[4:],
        f"{good[:40]}{'A' if good[40] != 'A' else 'B'}{good[41:]}",
        "A" * 3000,
        quote(other_purpose),
        "%FF%00",
    ]
    for one in forged:
        assert refused(opened, 4401, query=f"?ticket={one}"), one


def test_a_ticket_of_a_session_that_has_ended_is_refused(
    opened: Opened, site: Site, team: Cast
) -> None:
    token = access_token_for(team.lea)
    wire = site.of(team.lea)
    ticket = quote(wire.ask("POST", "/api/realtime/ticket", status=201)["data"]["ticket"])
    end_session(read(wire.token, "access").session_key)
    assert refused(opened, 4401, query=f"?ticket={ticket}")
    opened.greeted(token)


def test_tokens_in_the_url_are_refused(opened: Opened, site: Site, team: Cast) -> None:
    token = access_token_for(team.lea)
    for name in ("token", "access_token", "bearer", "authorization", "jwt"):
        refused(opened, 4400, query=f"?{name}={token}")
    refused(opened, 4400, token, query=f"?ticket={ticket_of(site, team)}&token={token}")
    refused(opened, 4400, query=f"?{'&'.join(f'ticket={n}' for n in range(9))}")
    refused(opened, 4401, query=f"?ticket={token}")


def test_browsers_may_send_a_token_as_subprotocol(opened: Opened, token_of: TokenOf) -> None:
    offered = [Subprotocol("gantry"), Subprotocol(f"bearer.{token_of('max')}")]
    one = opened.socket(protocols=offered, Origin=FRONT_END)
    assert one.response.headers["Sec-WebSocket-Protocol"] == "gantry"
    assert one.hear()["type"] == "connected"
    refused(opened, 4401, protocols=[offered[0], Subprotocol("bearer.nonsense")])


def test_bad_credentials_are_refused(opened: Opened, team: Cast, token_of: TokenOf) -> None:
    good = token_of("lea")
    for token in ("", "x", good[:-3], good + "A", "pmp_" + "a" * 49, "é", "a.b.c"):
        refused(opened, 4401, token)
    refused(opened, 4401, Authorization=f"Basic {good}")
    refused(opened, 4401, Authorization="Bearer")
    type(team.lea).objects.filter(pk=team.sam.pk).update(is_active=False)
    refused(opened, 4401, token_of("sam"))
    type(team.lea).objects.filter(pk=team.sam.pk).update(is_active=True)


def test_a_personal_token_has_to_be_allowed_to_read(opened: Opened, team: Cast) -> None:
    def token(*scopes: str) -> str:
        return create_token(actor=by(team.lea), name="CI", scopes=scopes)[1]

    refused(opened, 4401, token("write"))
    one = opened.greeted(token("read"))
    assert one.follow(room_of(team.project))["count"] == 1


def test_a_personal_token_follows_only_in_its_workspaces(opened: Opened, team: Cast) -> None:
    bound: dict[str, Any] = {"name": "CI", "scopes": ["read"], "workspace_ids": [team.elsewhere.pk]}
    _, text = create_token(actor=by(team.sam), **bound)
    opened.greeted(text).follow(room_of(team.elsewhere))
    _, text = create_token(actor=by(team.lea), **bound)
    for row in (team.project, team.workspace):
        one = opened.greeted(text)
        one.say("subscribe", room_of(row))
        one.end()
        assert one.code == 4403


@pytest.mark.parametrize(
    ("scheme", "sent", "is_admitted"),
    [
        ("ws", [], False),
        ("ws", [b"http"], False),
        ("ws", [b"http, https"], False),
        ("ws", [b"https"], True),
        ("ws", [b"https, http"], True),
        ("wss", [], True),
    ],
)
def test_in_production_a_socket_is_encrypted_like_a_request(
    settings: Settings, scheme: str, sent: list[bytes], *, is_admitted: bool
) -> None:
    settings.SECURE_SSL_REDIRECT = True
    headers = [(b"x-forwarded-proto", value) for value in sent]
    # A parameter it does not have is refused before anything is looked up.
    scope = {"scheme": scheme, "headers": headers, "query_string": b"a=b"}
    if is_admitted:
        assert isinstance(asyncio.run(admit(scope)).found, Closing)
        return
    with pytest.raises(Refused):
        asyncio.run(admit(scope))


def test_other_paths_are_unknown(opened: Opened, token_of: TokenOf) -> None:
    for path in ("/", "/wss", "/ws/x", "/api/ws", "/api/projects"):
        assert opened.socket(token_of("lea"), path=path).status == 403


LONG = "a" * 9000
ODD = (
    f"GET /ws?ticket={LONG} HTTP/1.1",
    "GET /ws?ticket=\xe9 HTTP/1.1",
    "GET /ws?ticket=% HTTP/1.1",
    f"GET /ws HTTP/1.1\r\nX-Long: {LONG}",
    "GET /ws HTTP/1.1\r\nSec-WebSocket-Version: 12",
    "GET /ws HTTP/1.1\r\nSec-WebSocket-Key: x",
    "POST /ws HTTP/1.1",
)


@pytest.mark.parametrize("head", ODD, ids=range(len(ODD)))
def test_an_odd_handshake_is_answered_and_closed(site: Site, head: str) -> None:
    """Also one that is too long for the library, which answers nothing to it."""
    usual = ["Host: localhost", "Connection: Upgrade", "Upgrade: websocket"]
    for name, value in (("Sec-WebSocket-Version", "13"), ("Sec-WebSocket-Key", "A" * 22 + "==")):
        if name not in head:
            usual.append(f"{name}: {value}")
    with socket.create_connection(("127.0.0.1", site.port), PATIENCE) as raw:
        raw.sendall("\r\n".join([head, *usual, "", ""]).encode("latin-1"))
        received = raw.recv(4096)
        assert received.startswith((b"HTTP/1.1 101 ", b"HTTP/1.1 4")), received
        while raw.recv(4096):
            pass
