"""How many tasks a person, and all people of a workspace, create in a minute (T-TA-11)."""

from typing import Any

import pytest
from pytest_django import Settings

from core.limits import AUTONOMOUS
from core.lock_waits import RUN, Run
from core.models import AttemptCount
from outbox.models import Delivery
from projects.models import Project
from projects.services.projects import create_project
from tasks.models import Task
from tasks.services.columns import done_column
from tasks.services.tasks import create_task
from tests.support.actors import by
from tests.support.cast import Cast, Client, client_of
from tests.support.databases import CommittedDatabase
from tests.support.threads import times

OWN, COMMON = 3, 5


@pytest.fixture(autouse=True)
def _few(settings: Settings) -> None:
    settings.TASKS_PER_MINUTE, settings.WORKSPACE_TASKS_PER_MINUTE = OWN, COMMON


def create(client: Client, project: Project, **fields: Any) -> Any:
    body = {"title": "Oil", **fields}
    return client.post(f"/api/projects/{project.pk}/tasks", body, format="json")


def counts() -> list[int]:
    return sorted(AttemptCount.objects.using(AUTONOMOUS).values_list("count", flat=True))


def test_a_person_creates_so_many_tasks_in_a_minute(cast: Cast) -> None:
    max_, assignee = client_of(cast.max), str(cast.lea.pk)
    answers = [create(max_, cast.project, assignee_id=assignee) for _ in range(OWN + 1)]
    assert [each.status_code for each in answers] == [201] * OWN + [429]
    refused = answers[-1]
    assert (refused.json()["success"], refused.json()["code"]) == (False, "too_many_requests")
    assert 50 < int(refused["Retry-After"]) <= 60
    assert (Task.objects.count(), Delivery.objects.count()) == (OWN, OWN)
    assert create(client_of(cast.lea), cast.project).status_code == 201


def test_every_spelling_counts(cast: Cast) -> None:
    max_, project = client_of(cast.max), str(cast.project.pk)
    max_.ask("POST", "/api/tasks", {"title": "Oil", "project_id": project}, status=201)
    max_.ask("POST", f"/api/tasks/project/{project}/tasks", {"title": "Oil"}, status=201)
    max_.ask("POST", f"/api/projects/{project}/tasks", {"title": "Oil"}, status=201)
    max_.ask("POST", "/api/tasks", {"title": "Oil", "project_id": project}, status=429)


def test_a_workspace_has_a_limit_of_its_own(cast: Cast, settings: Settings) -> None:
    people = [client_of(each) for each in (cast.max, cast.lea, cast.ada)]
    answers = [create(client, cast.project).status_code for client in people for _ in range(2)]
    assert answers == [201] * COMMON + [429]


def test_who_is_refused_takes_nothing_from_the_others(cast: Cast) -> None:
    answers = [create(client_of(cast.max), cast.project).status_code for _ in range(20)]
    assert answers == [201] * OWN + [429] * 17
    lea = client_of(cast.lea)
    assert [create(lea, cast.project).status_code for _ in range(3)] == [201, 201, 429]
    assert counts() == [OWN, OWN, COMMON]


def test_a_copy_counts_as_many_as_it_makes(cast: Cast) -> None:
    whole = create_task(actor=by(cast.lea), project=cast.project, title="Whole")
    parts = [
        create_task(actor=by(cast.lea), project=cast.project, title="Part", parent=whole)
        for _ in range(2)
    ]
    create_task(actor=by(cast.lea), project=cast.project, title="Piece", parent=parts[0])
    max_, path = client_of(cast.max), f"/api/tasks/{whole.pk}/copy"
    max_.ask("POST", path, {}, status=429)
    assert Task.objects.count() == 4
    max_.ask("POST", path, {"with_subtasks": False}, status=201)
    max_.ask("POST", f"/api/tasks/{parts[0].pk}/copy", {}, status=201)
    max_.ask("POST", path, {"with_subtasks": False}, status=429)
    assert Task.objects.count() == 7


def test_what_follows_a_repeating_task_does_not_count(cast: Cast) -> None:
    max_, done = client_of(cast.max), done_column(cast.project).key
    again = {"every": 1, "unit": "DAY"}
    answer = create(max_, cast.project, recurrence=again)
    for n in range(1, OWN + 2):
        task = Task.objects.get(number=n)
        max_.ask("POST", f"/api/tasks/{task.pk}/transition", {"status": done})
    assert (answer.status_code, Task.objects.count(), counts()) == (201, OWN + 2, [1, 1])


def test_a_repeated_answer_does_not_count(cast: Cast) -> None:
    max_, path = client_of(cast.max), f"/api/projects/{cast.project.pk}/tasks"
    for _ in range(OWN + 2):
        max_.ask("POST", path, {"title": "Oil"}, status=201, **{"Idempotency-Key": "once"})
    assert (Task.objects.count(), counts()) == (1, [1, 1])


def test_bad_input_and_foreign_projects_do_not_count(cast: Cast) -> None:
    max_ = client_of(cast.max)
    assert create(max_, cast.project, title="").status_code == 400
    assert create(client_of(cast.sam), cast.project).status_code == 403
    assert counts() == []


def test_a_request_that_runs_again_counts_once(cast: Cast) -> None:
    path = f"/api/projects/{cast.project.pk}/tasks"
    again: dict[str, Any] = {RUN: Run()}
    for _ in range(2):
        client_of(cast.max).post(path, {"title": "Oil"}, format="json", **again)
    assert counts() == [1, 1]


def test_the_limit_is_exact_however_many_create_at_once(
    committed_db: CommittedDatabase, cast: Cast, settings: Settings
) -> None:
    settings.TASKS_PER_MINUTE = settings.WORKSPACE_TASKS_PER_MINUTE = 30
    clients = [client_of(cast.max) for _ in range(50)]
    answers = times(50, lambda n: create(clients[n], cast.project).status_code)
    assert sorted(answers) == [201] * 30 + [429] * 20
    assert Task.objects.count() == 30
    numbers = Task.objects.order_by("number").values_list("number", flat=True)
    assert list(numbers) == list(range(1, 31))


def test_the_limit_of_a_workspace_is_exact_as_well(
    committed_db: CommittedDatabase, cast: Cast, settings: Settings
) -> None:
    settings.TASKS_PER_MINUTE = 100
    people = (cast.max, cast.lea, cast.ada, cast.pia)
    clients = [client_of(people[n % 4]) for n in range(16)]
    answers = times(16, lambda n: create(clients[n], cast.project).status_code)
    assert sorted(answers) == [201] * COMMON + [429] * (16 - COMMON)


def test_workspaces_do_not_share_a_limit(cast: Cast) -> None:
    for who in (cast.max, cast.max, cast.lea, cast.lea, cast.ada):
        assert create(client_of(who), cast.project).status_code == 201
    other = create_project(actor=by(cast.sam), workspace=cast.elsewhere, name="Loom")
    assert create(client_of(cast.sam), other).status_code == 201
    assert create(client_of(cast.pia), cast.project).status_code == 429
