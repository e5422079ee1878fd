"""When the open tasks of a project can start and must finish."""

from graphlib import TopologicalSorter
from random import Random
from typing import Any

from django.db import connection

from projects.services.projects import create_project
from tasks.models import Task
from tasks.services.schedules import MINUTES_OF_DAY, MOST_TASKS, schedule_of
from tasks.services.tasks import delete_task
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.factories import TaskFactory
from tests.support.relations import block, rows_of_blocks, some_tasks

Edge = tuple[int, int]


def ask(cast: Cast, **options: Any) -> Any:
    path = f"/api/projects/{cast.project.pk}/critical-path"
    return client_of(cast.moe).ask("GET", path, **options)["data"]


def scheduled(durations: list[int], edges: list[Edge]) -> dict[int, Edge]:
    """Earliest and latest start of each node, as PostgreSQL finds them."""
    nodes = [*range(1, len(durations) + 1)]
    ends = [a for a, _ in edges], [b for _, b in edges]
    with connection.cursor() as cursor:
        sql = "SELECT * FROM tasks_schedule(%s::int[], %s::bigint[], %s::int[], %s::int[])"
        cursor.execute(sql, [nodes, durations, *ends])
        return dict(zip(nodes, zip(*cursor.fetchone(), strict=True), strict=True))


def by_brute_force(durations: list[int], edges: list[Edge]) -> dict[int, Edge]:
    """By the definition, node after node, each from all the edges."""
    nodes = range(1, len(durations) + 1)
    before = {node: [a for a, b in edges if b == node] for node in nodes}
    order = list(TopologicalSorter(before).static_order())
    earliest: dict[int, int] = {}
    for node in order:
        finishes = [earliest[a] + durations[a - 1] for a in before[node]]
        earliest[node] = max(finishes, default=0)
    end = max(earliest[node] + durations[node - 1] for node in nodes)
    latest: dict[int, int] = {}
    for node in reversed(order):
        starts = [latest[b] for a, b in edges if a == node]
        latest[node] = min(starts, default=end) - durations[node - 1]
    return {node: (earliest[node], latest[node]) for node in nodes}


def random_graph(random: Random) -> tuple[list[int], list[Edge]]:
    """An acyclic graph whose nodes are in no order."""
    count = random.randint(1, 12)
    names = random.sample(range(1, count + 1), count)
    pairs = [(names[a], names[b]) for b in range(count) for a in range(b)]
    edges = random.sample(pairs, random.randint(0, min(len(pairs), 2 * count)))
    return [random.randint(0, 9) for _ in names], edges


def test_the_schedule_of_random_graphs_is_that_of_the_definition(db: None) -> None:
    random = Random(13)
    for _ in range(50):
        durations, edges = random_graph(random)
        assert scheduled(durations, edges) == by_brute_force(durations, edges), (durations, edges)


def test_an_empty_graph_has_no_schedule_and_a_cycle_is_left_out(db: None) -> None:
    assert scheduled([], []) == {}
    found = scheduled([1, 2, 3], [(1, 2), (2, 1)])
    assert found == {1: (None, None), 2: (None, None), 3: (0, 0)}


def shown(task: Task, earliest: int, slack: int) -> dict[str, Any]:
    """A task of one day, as the schedule has it; in days."""
    day = MINUTES_OF_DAY
    return {
        "id": str(task.pk),
        "key": f"ENG-{task.number}",
        "title": task.title,
        "duration": day,
        "earliest_start": earliest * day,
        "earliest_finish": (earliest + 1) * day,
        "latest_start": (earliest + slack) * day,
        "latest_finish": (earliest + slack + 1) * day,
        "slack": slack * day,
        "is_critical": slack == 0,
    }


def test_a_project_is_scheduled_by_what_blocks_what(cast: Cast) -> None:
    first, second, third, side = some_tasks(cast, 4)
    block(cast, first, second, third)
    block(cast, side, third)
    day = MINUTES_OF_DAY
    tasks = [shown(first, 0, 0), shown(side, 0, 1), shown(second, 1, 0), shown(third, 2, 0)]
    assert ask(cast) == {"duration": 3 * day, "tasks": tasks}
    client_of(cast.lea).ask("PATCH", f"/api/tasks/{first.pk}", {"is_complete": True})
    delete_task(actor=by(cast.lea), task=side)
    found = [(each["title"], each["earliest_start"]) for each in ask(cast)["tasks"]]
    assert found == [("T1", 0), ("T2", day)]


def test_only_relations_inside_the_project_count(cast: Cast) -> None:
    assert ask(cast) == {"duration": 0, "tasks": []}
    aside = create_project(actor=by(cast.ada), workspace=cast.workspace, name="Aside")
    [first, last], [between] = some_tasks(cast, 2), some_tasks(cast, 1, aside)
    block(cast, first, between, last)
    assert [each["earliest_start"] for each in ask(cast)["tasks"]] == [0, 0]


def test_a_task_takes_its_estimate_or_the_days_between_its_dates(cast: Cast) -> None:
    estimated, dated, _ = some_tasks(cast, 3)
    client, days = client_of(cast.max), {"start_date": "2030-01-01", "due_date": "2030-01-03"}
    client.ask("PATCH", f"/api/tasks/{estimated.pk}", {"estimate_minutes": 30, **days})
    client.ask("PATCH", f"/api/tasks/{dated.pk}", days)
    found = {each["title"]: each["duration"] for each in ask(cast)["tasks"]}
    assert found == {"T0": 30, "T1": 3 * MINUTES_OF_DAY, "T2": MINUTES_OF_DAY}


def test_durations_stand_in_one_place(cast: Cast) -> None:
    """Whatever that expression says of a task's row is what is scheduled."""
    tasks = some_tasks(cast, 6)
    random = Random(7)
    for task in tasks:
        Task.objects.filter(pk=task.pk).update(position=random.randint(1, 90))
    edges = [(a, b) for b in range(6) for a in range(b) if random.random() < 0.5]
    rows_of_blocks(cast, [(tasks[a], tasks[b]) for a, b in edges])
    durations = [Task.objects.get(pk=task.pk).position for task in tasks]

    found = schedule_of(cast.project, duration="task.position")["tasks"]

    starts = {each["id"]: (each["earliest_start"], each["latest_start"]) for each in found}
    expected = by_brute_force(durations, [(a + 1, b + 1) for a, b in edges])
    assert [starts[str(task.pk)] for task in tasks] == [expected[n] for n in range(1, 7)]


MANY = """
    INSERT INTO tasks_task (id, created_at, updated_at, version, number, title, description, type,
        priority, category, position, created_by_id, project_id, status_id, workspace_id)
    SELECT gen_random_uuid(), created_at, updated_at, 1, n, title, '', type, priority, category,
        n, created_by_id, project_id, status_id, workspace_id
    FROM tasks_task, generate_series(2, %(count)s) AS n WHERE id = %(first)s
"""
CHAINED = """
    INSERT INTO tasks_relation (id, created_at, kind, created_by_id, source_id, target_id,
        workspace_id)
    SELECT gen_random_uuid(), now(), 'BLOCKS', a.created_by_id, a.id, b.id, a.workspace_id
    FROM tasks_task AS a JOIN tasks_task AS b USING (project_id)
    WHERE a.project_id = %(project)s AND b.number = a.number + 1
"""


def test_as_many_tasks_are_scheduled_as_the_answer_has_room_for(cast: Cast) -> None:
    [first] = some_tasks(cast, 1)
    named: dict[str, Any] = {"first": first.pk, "count": MOST_TASKS, "project": cast.project.pk}
    with connection.cursor() as cursor:
        cursor.execute(MANY, named)
        cursor.execute(CHAINED, named)
    assert ask(cast)["duration"] == MOST_TASKS * MINUTES_OF_DAY
    TaskFactory.create(project=cast.project, number=MOST_TASKS + 1)
    path = f"/api/projects/{cast.project.pk}/critical-path"
    refusal = client_of(cast.moe).ask("GET", path, status=409)
    assert refusal["code"] == "too_many_open_tasks"
