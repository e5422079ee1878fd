"""Behind PgBouncer in transaction mode, where many clients share few sessions of PostgreSQL."""

from concurrent.futures import ThreadPoolExecutor
from typing import Any

import psycopg
import pytest

from config import local, programs
from outbox.models import Delivery, State
from tests.config.wire import Wire
from tests.support.cast import Cast
from tests.support.pooler import SERVER_CONNECTIONS
from tests.support.programs import Programs, eventually
from tests.support.signing import access_token_for
from tests.support.sink import Sink
from tests.support.threads import times
from workspaces.models import Workspace

pytestmark = [pytest.mark.debian, pytest.mark.usefixtures("committed_db")]

CLIENTS = 12
ROUNDS = 10
OPEN = "SELECT set_config('gantry.workspaces', workspaces_of(%s)::text, true)"
LEFT = "SELECT current_setting('gantry.system', true), current_setting('gantry.workspaces', true)"


@pytest.fixture
def server(pooler: str, cast: Cast, started: Programs, monkeypatch: pytest.MonkeyPatch) -> Wire:
    """Web and relay behind the pooler."""
    port = local.free_port()
    monkeypatch.setenv("DATABASE_URL", pooler)
    monkeypatch.setenv("DB_POOLER", "1")
    monkeypatch.setenv("PORT", str(port))
    started.start(programs.web())
    wire = Wire(port)
    eventually(lambda: _is_up(wire))
    return wire


def _is_up(wire: Wire) -> bool:
    try:
        return bool(wire.ask("GET", "/readyz")["database"] == "up")
    except OSError:
        return False


def names(wire: Wire, path: str) -> list[str]:
    return sorted(row["name"] for row in wire.ask("GET", path)["data"])


def look(url: str, who: Any, expected: str) -> int:
    """One client's transactions; how many different sessions they ran in."""
    sessions = set()
    with psycopg.connect(url, prepare_threshold=None, autocommit=True) as client:
        for _ in range(ROUNDS):
            with client.transaction():
                client.execute(OPEN, [who.pk])
                found = client.execute("SELECT name FROM workspaces_workspace").fetchall()
                assert found == [(expected,)]
                row = client.execute("SELECT pg_backend_pid()").fetchone()
                sessions.add(row and row[0])
            assert client.execute("SELECT count(*) FROM workspaces_workspace").fetchone() == (0,)
            [left] = client.execute(LEFT).fetchall()
            assert set(left) <= {None, ""}
    return len(sessions)


def test_no_context_passes_from_one_client_to_another(pooler: str, cast: Cast) -> None:
    owners = [(cast.ada, "Analytical Engines"), (cast.sam, "Elsewhere")] * (CLIENTS // 2)
    with ThreadPoolExecutor(CLIENTS) as threads:
        counts = list(threads.map(lambda owner: look(pooler, *owner), owners))
    assert max(counts) == SERVER_CONNECTIONS


def test_people_behind_the_pooler_see_their_own_work(server: Wire, cast: Cast) -> None:
    def work(n: int) -> None:
        who = (cast.ada, cast.sam)[n % 2]
        wire = Wire(server.port, access_token_for(who))
        home = ("Analytical Engines", "Elsewhere")[n % 2]
        for number in range(ROUNDS):
            assert names(wire, "/api/workspaces") == [home]
            workspace = str((cast.workspace, cast.elsewhere)[n % 2].pk)
            body = {"name": f"{home} {n} {number}", "workspaceId": workspace}
            wire.ask("POST", "/api/projects", body, status=201)
        assert {name for name in names(wire, "/api/projects") if home not in name} <= {"Engine"}

    times(CLIENTS, work)
    assert Workspace.objects.get(name="Elsewhere").projects.count() == CLIENTS // 2 * ROUNDS


def test_a_story_is_told_to_its_end_behind_the_pooler(
    server: Wire, cast: Cast, started: Programs, sink: Sink
) -> None:
    started.relay(EMAIL_URL=f"smtp://127.0.0.1:{sink.port}", REDIS_URL="redis://127.0.0.1:1/0")
    lea, max_ = (Wire(server.port, access_token_for(who)) for who in (cast.lea, cast.max))
    wish = {"title": "Oil it", "assigneeId": str(cast.max.pk)}
    task = lea.ask("POST", f"/api/projects/{cast.project.pk}/tasks", wish, status=201)["data"]
    max_.ask("POST", f"/api/tasks/{task['id']}/comments", {"message": "Now?"}, status=201)
    max_.ask("PATCH", f"/api/tasks/{task['id']}", {"status": "DONE"})
    stranger = Wire(server.port, access_token_for(cast.sam))
    stranger.ask("GET", f"/api/tasks/{task['id']}", status=403)
    eventually(lambda: not Delivery.objects.exclude(state=State.SENT).exists())
    assert sorted(sink.recipients) == ["lea@example.com", "max@example.com"]
