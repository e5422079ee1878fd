"""The console of functions over HTTP: what it shows, and whom."""

import pytest
from django.contrib.auth.models import Permission
from django.db import connection
from django.test.utils import CaptureQueriesContext
from pytest_django import Settings

from accounts.models import User
from audit.models import AuditEntry
from identity.services.personal_tokens import create_token
from identity.services.tokens import sign
from jobs.models import FunctionRun, RunState
from tests.jobs.functions import SPOKEN, run_all, speaker, wanted
from tests.support import clerk_peer
from tests.support.actors import by
from tests.support.cast import Cast, Client
from tests.support.signing import access_token_for
from tests.support.staff import sign_in_staff

pytestmark = pytest.mark.django_db
READS = ["/api/ops/functions", "/api/inngest", "/api/ops/functions/outbox.sweep", "/api/ops/runs"]

SWEEP = {
    "name": "outbox.sweep",
    "app": "outbox",
    "description": "Give up what could not be delivered for three days.",
    "triggers": [
        {"kind": "BEAT", "words": "every 10 min"},
        {"kind": "RELAY", "words": "every 1 min"},
    ],
    "may_run_now": True,
    "runs": 1,
    "failures": 0,
    "failed_at": None,
    "error": "",
    "waiting": 0,
    "failed": 0,
}


@pytest.fixture
def staff(cast: Cast) -> Client:
    """Ada as a superuser who has proved a second factor."""
    User.objects.filter(pk=cast.ada.pk).update(is_staff=True, is_superuser=True)
    client = Client()
    sign_in_staff(client, User.objects.get(pk=cast.ada.pk))
    return client


def bearing(token: str) -> Client:
    client = Client()
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {token}")
    return client


def test_all_functions_are_listed_with_their_figures(staff: Client) -> None:
    staff.ask("POST", "/api/ops/functions/outbox.sweep/run", status=201)
    run_all()

    listed = staff.ask("GET", "/api/ops/functions")["data"]
    assert staff.ask("GET", "/api/inngest")["data"] == listed
    [sweep] = [each for each in listed if each["name"] == "outbox.sweep"]
    assert staff.ask("GET", "/api/ops/functions/outbox.sweep")["data"] == sweep
    assert sweep.pop("started_at")
    assert sweep.pop("milliseconds") < 10_000
    assert sweep == SWEEP
    assert "clerk.apply_kept_message" in {each["name"] for each in listed}
    staff.ask("GET", "/api/ops/functions/outbox.nothing", status=404)
    staff.ask("GET", "/api/ops/functions?limit=1", status=400)


def test_a_function_is_run_now_by_somebody_else(staff: Client, cast: Cast) -> None:
    run = staff.ask("POST", "/api/ops/functions/outbox.sweep/run", status=201)["data"]
    same = staff.ask("POST", "/api/ops/functions/outbox.sweep/run", status=200)["data"]

    assert same == run
    assert (run["state"], run["trigger"], run["attempts"]) == ("WAITING", "MANUAL", 0)
    assert run["requested_by_id"] == str(cast.ada.pk)
    assert staff.ask("GET", "/api/ops/functions/outbox.sweep")["data"]["waiting"] == 1
    run_all()
    shown = staff.ask("GET", f"/api/ops/runs/{run['id']}")["data"]
    assert (shown["state"], shown["attempts"], shown["error"]) == ("SUCCEEDED", 1, "")
    [entry] = AuditEntry.objects.filter(action="function.run_requested")
    assert (entry.actor_id, entry.entity_id) == (cast.ada.pk, run["id"])
    assert entry.details == {"function": "outbox.sweep", "replay_of": None}
    refused = staff.ask("POST", "/api/ops/functions/clerk.apply_kept_message/run", status=409)
    assert refused["code"] == "not_run_by_hand"
    staff.ask("POST", "/api/ops/functions/outbox.nothing/run", status=404)


def test_a_failed_run_is_replayed(staff: Client, cast: Cast) -> None:
    with speaker() as said:
        run = wanted("hello", name="Grace")
        path = f"/api/ops/runs/{run.pk}"
        refused = staff.ask("POST", f"{path}/replay", status=409)
        assert refused["code"] == "not_failed"
        FunctionRun.objects.update(state=RunState.FAILED)

        assert staff.ask("GET", f"/api/ops/functions/{SPOKEN}")["data"]["failed"] == 1
        replay = staff.ask("POST", f"{path}/replay", status=201)["data"]
        assert staff.ask("POST", f"{path}/replay", status=200)["data"]["id"] == replay["id"]
        assert replay["replay_of_id"] == str(run.pk)
        assert staff.ask("GET", f"/api/ops/functions/{SPOKEN}")["data"]["failed"] == 0
        run_all()
        refused = staff.ask("POST", f"{path}/replay", status=409)

    assert said.said == [{"words": "hello", "name": "Grace"}]
    assert (refused["code"], refused["run"]) == ("already_replayed", replay["id"])
    entry = AuditEntry.objects.get(action="function.replayed")
    assert entry.details == {"function": SPOKEN, "replay_of": str(run.pk)}
    staff.ask("POST", f"/api/ops/runs/{cast.ada.pk}/replay", status=404)
    assert "Grace" not in str(staff.ask("GET", "/api/ops/runs"))


def test_runs_are_narrowed(staff: Client) -> None:
    with speaker():
        first, second = wanted("hello"), wanted("bye")
    FunctionRun.objects.filter(pk=first.pk).update(state=RunState.FAILED)
    staff.ask("POST", "/api/ops/functions/outbox.sweep/run", status=201)

    def found(query: str) -> list[str]:
        answer = staff.ask("GET", f"/api/ops/runs?{query}")
        return [run["id"] for run in answer["data"]]

    assert len(found("")) == 3
    assert found(f"function={SPOKEN}") == [str(second.pk), str(first.pk)]
    assert found(f"function={SPOKEN}&state=FAILED") == [str(first.pk)]
    assert len(found("trigger=MANUAL")) == 1
    for query in ("state=x", "function=" + "x" * 200, "colour=red", "trigger=MANUAL,EVENT"):
        staff.ask("GET", f"/api/ops/runs?{query}", status=400)


def everybody_else(cast: Cast, staff: User) -> dict[str, tuple[Client, int]]:
    """Who is refused, and with which status."""
    cookie_only = Client()
    cookie_only.force_login(staff)
    clerks = User.objects.get(pk=staff.pk)
    User.objects.filter(pk=clerks.pk).update(external_id="user_ada")
    powerless = User.objects.create_user("clerk@example.com", "correct horse", is_staff=True)
    other = Client()
    sign_in_staff(other, powerless)
    token = create_token(actor=by(staff), name="CI", scopes=("read", "write"))[1]
    return {
        "nobody": (Client(), 401),
        "a member": (bearing(access_token_for(cast.lea)), 403),
        "without a second factor": (cookie_only, 403),
        "without a second factor, by a token": (bearing(access_token_for(staff)), 403),
        "by a personal token": (bearing(token), 403),
        "by a token of Clerk's": (bearing(clerk_peer.token(sub="user_ada")), 403),
        "without the permission": (other, 403),
    }


def test_nobody_else_sees_or_runs_anything(staff: Client, cast: Cast, settings: Settings) -> None:
    with speaker():
        run = wanted("hello")
    FunctionRun.objects.update(state=RunState.FAILED)
    writes = ["/api/ops/functions/outbox.sweep/run", f"/api/ops/runs/{run.pk}/replay"]
    reads = [*READS, f"/api/ops/runs/{run.pk}"]
    with clerk_peer.switched_on(settings):
        others = everybody_else(cast, User.objects.get(pk=cast.ada.pk))
        for name, (client, status) in others.items():
            for method, paths in (("GET", reads), ("POST", writes)):
                for path in paths:
                    answer = client.generic(method, path, "", content_type="application/json")
                    assert (name, path, answer.status_code) == (name, path, status)
    assert FunctionRun.objects.count() == 1


def test_staff_without_all_powers_have_those_of_their_group(cast: Cast) -> None:
    person = User.objects.create_user("desk@example.com", "correct horse", is_staff=True)
    person.user_permissions.add(Permission.objects.get(codename="view_functionrun"))
    client = Client()
    sign_in_staff(client, person)

    client.ask("GET", "/api/ops/functions")
    refused = client.ask("POST", "/api/ops/functions/outbox.sweep/run", status=403)
    assert refused["required"] == "jobs.change_functionrun"
    person.user_permissions.add(Permission.objects.get(codename="change_functionrun"))
    client.ask("POST", "/api/ops/functions/outbox.sweep/run", status=201)


def test_a_token_of_the_session_that_proved_the_factor_will_do(staff: Client, cast: Cast) -> None:
    ada = User.objects.get(pk=cast.ada.pk)

    bearing(sign("access", ada, str(staff.session.session_key))).ask("GET", "/api/ops/functions")


def test_lists_ask_the_same_of_the_database_however_many_runs(staff: Client) -> None:
    counts = []
    for amount in (1, 3):
        with speaker():
            for n in range(amount):
                wanted(str(n))
        for path in ("/api/ops/functions", "/api/ops/runs"):
            with CaptureQueriesContext(connection) as asked:
                staff.ask("GET", path)
            counts.append(len(asked))
    assert counts[:2] == counts[2:]
