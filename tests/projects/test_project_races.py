"""Two people change the same project at the same moment."""

import json
from collections.abc import Callable
from typing import Any

from comments.models import Comment
from projects.models import Project, ProjectMembership
from tasks.models import Task
from tasks.services.tasks import create_task
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.databases import CommittedDatabase
from tests.support.log import log_of
from tests.support.threads import at_once

Call = Callable[[], int]
ROUNDS = 4


def call(cast: Cast, who: str, method: str, path: str, body: Any = None) -> Call:
    """A request by one person, ready to be sent; answers the status."""
    client = client_of(getattr(cast, who))
    path = f"/api/{path.format(project=cast.project.pk)}"
    sent = "" if body is None else json.dumps(body)
    return lambda: client.generic(method, path, sent, "application/json").status_code


def test_a_former_lead_changes_nothing_any_more(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    for n in range(ROUNDS):
        before, after = ("lea", "max") if n % 2 == 0 else ("max", "lea")
        renamed = [
            call(cast, before, "PATCH", "projects/{project}", {"name": f"Round {n}, {i}"})
            for i in range(3)
        ]
        lead = {"team_lead": f"{after}@example.com"}
        handed, *edits = at_once(
            call(cast, "ada", "PUT", "projects/{project}/lead", lead), *renamed
        )
        assert handed == 200
        assert set(edits) <= {200, 403}
    told = [(action, actor) for action, actor, _ in log_of(cast.project)]
    leads = [cast.lea.pk]
    for action, actor in told:
        if action == "updated":
            assert actor == leads[-1]
        if action == "lead_changed":
            leads.append(cast.max.pk if leads[-1] == cast.lea.pk else cast.lea.pk)


def test_of_two_leads_named_by_the_lead_one_counts(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    path, bodies = (
        "projects/{project}/lead",
        [{"email": f"{who}@example.com"} for who in ("max", "pia")],
    )
    answers = at_once(*[call(cast, "lea", "PUT", path, body) for body in bodies])
    assert sorted(answers) == [200, 403]
    cast.project.refresh_from_db()
    assert cast.project.team_lead == (cast.max if answers[0] == 200 else cast.pia)
    assert cast.project.memberships.get(role="LEAD").user == cast.project.team_lead


def test_nobody_is_a_member_twice(committed_db: CommittedDatabase, cast: Cast) -> None:
    body = {"email": "moe@example.com"}
    paths = [f"projects/{{project}}/{name}" for name in ("members", "add-member", "invite")] * 2
    answers = at_once(*[call(cast, "lea", "POST", path, body) for path in paths])
    assert sorted(answers) == [201, *[409] * 5]
    assert ProjectMembership.objects.filter(user=cast.moe).count() == 1


def test_nothing_is_written_into_an_archived_project(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    task = create_task(actor=by(cast.lea), project=cast.project, title="Oil")
    say = call(cast, "max", "POST", f"tasks/{task.pk}/comments", {"message": "x"})
    create = call(cast, "max", "POST", "projects/{project}/tasks", {"title": "x"})
    archive = call(cast, "pia", "POST", "projects/{project}/archive")
    archived, *written = at_once(archive, say, create, say, create, say)
    assert archived == 200
    assert set(written) <= {201, 409}
    rows = [*Task.objects.exclude(pk=task.pk), *Comment.objects.all()]
    assert len(rows) == written.count(201)
    at = Project.objects.get(pk=cast.project.pk).archived_at
    assert [row for row in rows if row.created_at > at] == []


def test_a_deleted_project_is_restored_once(committed_db: CommittedDatabase, cast: Cast) -> None:
    client_of(cast.ada).ask("DELETE", f"/api/projects/{cast.project.pk}", status=204)
    restore = [call(cast, who, "POST", "projects/{project}/restore") for who in ("ada", "lea") * 2]
    assert at_once(*restore) == [200] * 4
    assert [action for action, _, _ in log_of(cast.project)] == ["created", "deleted", "restored"]
