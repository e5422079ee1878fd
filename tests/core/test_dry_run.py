"""`?dry_run=1` beyond the table of `tests/matrix/test_dry_runs.py`: bodies, refusals, limits."""

from typing import Any

import psycopg
import pytest
from pytest_django import Settings

from core.models import IdempotencyKey
from identity.services.personal_tokens import create_token
from outbox.models import Delivery
from tasks.models import Task, TaskCounter
from tasks.services.tasks import create_task
from tests.matrix.people import bearing
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.databases import CommittedDatabase
from workspaces.models import Invitation

TRIED = "?dry_run=1"


def test_a_task_that_is_tried_is_told_with_its_mail_unsent(cast: Cast) -> None:
    client, path = client_of(cast.lea), f"/api/projects/{cast.project.pk}/tasks"
    body = {"title": "Oil", "assigneeId": str(cast.max.pk)}
    told = client.ask("POST", path + TRIED, body, status=201)
    assert (told["data"]["key"], told["data"]["title"]) == (f"{cast.project.key}-1", "Oil")
    assert told["meta"] == {
        "events": [
            {"entity": "task", "action": "created", "changes": {}},
            {
                "entity": "task",
                "action": "assigned",
                "changes": {"assignee": {"old": None, "new": str(cast.max.pk)}},
            },
        ],
        "event_count": 2,
    }
    assert not Task.objects.exists()
    assert not TaskCounter.objects.exists()
    assert not Delivery.objects.exists()
    assert client.ask("POST", path, body, status=201)["data"]["key"] == told["data"]["key"]


def test_a_deletion_that_is_tried_has_a_body(cast: Cast, task: Task) -> None:
    client = client_of(cast.lea)
    answer = client.delete(f"/api/tasks/{task.pk}?dry_run=true")
    assert (answer.status_code, answer["Dry-Run"]) == (200, "true")
    assert answer.json() == {
        "success": True,
        "data": None,
        "meta": {
            "events": [{"entity": "task", "action": "deleted", "changes": {}}],
            "event_count": 1,
        },
    }
    task.refresh_from_db()
    assert task.deleted_at is None


def test_what_would_be_refused_is_refused_alike(cast: Cast, task: Task) -> None:
    path = f"/api/tasks/{task.pk}"
    for who, body, status in (
        (cast.gus, {"title": "Mine"}, 404),
        (cast.sam, {"title": "Mine"}, 403),
        (cast.lea, {"title": ""}, 400),
        (cast.lea, {"due_time": "10:00"}, 400),
    ):
        client = client_of(who)
        tried = client.patch(path + TRIED, body, format="json")
        done = client.patch(path, body, format="json")
        assert (tried.status_code, tried.has_header("Dry-Run")) == (status, False)
        unlike = {"request_id": ""}
        assert tried.json() | unlike == done.json() | unlike


def test_a_key_counts_for_the_request_and_not_for_its_dry_run(cast: Cast, task: Task) -> None:
    client = client_of(cast.lea)
    key: dict[str, Any] = {"Idempotency-Key": "once"}
    for query in (TRIED, "", TRIED):
        client.ask("PATCH", f"/api/tasks/{task.pk}{query}", {"title": "Oil"}, **key)
    assert IdempotencyKey.objects.count() == 1


@pytest.mark.parametrize("query", ["dry_run=yes", "dry_run=", "dry_run=1&dry_run=0", "dryRun=1"])
def test_an_unclear_wish_is_refused(cast: Cast, task: Task, unchanged: None, query: str) -> None:
    body = {"title": "Oil"}
    client_of(cast.lea).ask("PATCH", f"/api/tasks/{task.pk}?{query}", body, status=400)


def test_zero_is_a_real_request(cast: Cast, task: Task) -> None:
    answer = client_of(cast.lea).patch(
        f"/api/tasks/{task.pk}?dry_run=0", {"title": "Oil"}, format="json"
    )
    assert (answer.status_code, answer.has_header("Dry-Run")) == (200, False)
    task.refresh_from_db()
    assert task.title == "Oil"


def test_where_there_are_no_dry_runs_nothing_is_carried_out(cast: Cast, task: Task) -> None:
    client = client_of(cast.lea)
    for method, path in (("PATCH", "/api/auth/me"), ("GET", f"/api/tasks/{task.pk}")):
        refusal = client.ask(method, path + TRIED, {"name": "Lean"}, status=400)
        assert refusal["errors"] == {"dry_run": ["Unknown parameter."]}
    cast.lea.refresh_from_db()
    assert cast.lea.name == "Lea"


REFUSED_AT_COMMIT = """
CREATE FUNCTION refuse_oil() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    RAISE EXCEPTION 'no oil' USING ERRCODE = 'check_violation', CONSTRAINT = 'no_oil';
END
$$;
CREATE CONSTRAINT TRIGGER refuse_oil AFTER UPDATE ON tasks_task
DEFERRABLE INITIALLY DEFERRED FOR EACH ROW EXECUTE FUNCTION refuse_oil();
"""


def test_what_the_commit_would_refuse_is_refused(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    task = create_task(actor=by(cast.lea), project=cast.project, title="Water")
    with psycopg.connect(committed_db.direct_url) as owner:
        owner.execute(REFUSED_AT_COMMIT)
    for query in (TRIED, ""):
        path = f"/api/tasks/{task.pk}{query}"
        refusal = client_of(cast.lea).ask("PATCH", path, {"title": "Oil"}, status=409)
        assert refusal["message"] == "This conflicts with no oil."


def test_an_invitation_that_is_tried_counts_against_the_limit(
    committed_db: CommittedDatabase, cast: Cast, settings: Settings
) -> None:
    settings.INVITATIONS_PER_HOUR = 2
    client, path = client_of(cast.ada), f"/api/workspaces/{cast.workspace.pk}/invitations"
    body = {"email": "new@example.com"}
    for query, status in ((TRIED, 201), (TRIED, 201), (TRIED, 429), ("", 429)):
        client.ask("POST", path + query, body, status=status)
    assert not Invitation.objects.exists()


def test_who_may_not_read_sees_no_values(cast: Cast, task: Task) -> None:
    writer = bearing(create_token(actor=by(cast.lea), name="CI", scopes=["write"])[1])
    told = writer.ask("PATCH", f"/api/tasks/{task.pk}{TRIED}", {"title": "Oil"})
    assert told["data"] == {"id": str(task.pk), "version": 2}
    assert told["meta"]["events"] == [{"entity": "task", "action": "updated", "changes": {}}]


def test_a_key_that_is_none_is_refused(cast: Cast, task: Task) -> None:
    path, headers = f"/api/tasks/{task.pk}{TRIED}", {"Idempotency-Key": "x" * 256}
    refusal = client_of(cast.lea).patch(path, {"title": "Oil"}, format="json", headers=headers)
    assert (refusal.status_code, list(refusal.json()["errors"])) == (400, ["Idempotency-Key"])
