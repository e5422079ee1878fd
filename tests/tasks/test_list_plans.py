"""A list of tasks reads what it shows, in a project of any size, by any filter, in any order."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.db import connection, transaction
from pytest_django.plugin import DjangoDbBlocker

from accounts.models import User
from core.context import show_workspaces_of
from dev.demo.scale import WORKFLOW, People, analyze, fill
from projects.models import Project
from projects.services.projects import create_project
from tasks.api.filters import TaskFilters
from tasks.api.hits import MOST_HITS
from tasks.api.views import ProjectTasks
from tasks.models import Task
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.context import without_context
from tests.support.databases import CommittedDatabase, in_use
from tests.support.many_tasks import CONDITIONS, index_words
from tests.support.plans import ORDERINGS, PAGE, TASKS, checks, explained, indexes_in, work_in

SIZES = (40_000, 10_000)


@pytest.fixture(scope="module")
def people(everybody: Any) -> People:
    cast = everybody("cast")
    return People(common=cast.lea, rare=cast.max, idle=cast.pia, other=cast.ada)


@pytest.fixture(scope="module")
def projects(
    shared_db: CommittedDatabase, people: People, everybody: Any, django_db_blocker: DjangoDbBlocker
) -> Iterator[list[Project]]:
    """Two with many tasks, which PostgreSQL knows by its statistics."""
    with django_db_blocker.unblock(), in_use(shared_db):
        made = [_project(everybody("cast"), people, size) for size in SIZES]
        analyze()
        yield made


def _project(cast: Cast, people: People, size: int) -> Project:
    with transaction.atomic():
        project = create_project(
            actor=by(cast.ada), workspace=cast.workspace, name=f"Of {size}", workflow=WORKFLOW
        )
    fill(project, people, size)
    return project


def test_no_filter_and_no_order_reads_or_sorts_a_project(
    projects: list[Project], people: People
) -> None:
    project, live = projects[0], SIZES[0]
    client = client_of(people.other)
    done = list(checks(lambda path: client.ask("GET", path), project, people, in_full=False))
    assert [check for check in done if check.exceeds(live)] == []
    assert len(done) > 60


def test_every_filter_and_every_order_is_tried() -> None:
    assert set(ORDERINGS) == {name.removeprefix("-") for name in ProjectTasks.orderings}
    named = {part.partition("=")[0] for query in CONDITIONS for part in query.split("&")} - {""}
    assert named == set(TaskFilters.base_filters)


def test_prepared_statements_read_no_more(projects: list[Project], people: People) -> None:
    client = client_of(people.other)
    path = f"/api/projects/{projects[0].pk}/tasks?limit={PAGE}&ordering=title&"
    asked = ("status=done", "type=OTHER", "blocked=true", "blocked=false")
    planned = ("planned_after=2026-02-25", "planned_after=2026-02-05&planned_before=2026-02-05")
    labelled = ("label=often", "label=seldom", "label=never")
    made = (f"assignee={people.rare.pk}", f"created_by={people.common.pk}")
    for query in (*asked, *planned, *labelled, *made):
        with explained(TASKS, is_generic=True) as plans:
            client.ask("GET", path + query)
        # A fifth have the label, which is compared with each task in the order.
        most = 10 * PAGE if query == "label=often" else 2 * PAGE + 2
        assert work_in(plans, TASKS).rows <= most, query


def test_a_value_few_have_is_looked_up_in_its_own_index(
    projects: list[Project], people: People
) -> None:
    """Else every entry of an ordered index of the project would be compared with it."""
    client = client_of(people.other)
    used = {}
    for query in (
        "type=OTHER",
        "due_after=2036-01-01",
        "planned_after=2036-01-01",
        "blocked=true",
    ):
        with explained(TASKS) as plans:
            client.ask("GET", f"/api/projects/{projects[0].pk}/tasks?{query}")
        used[query.partition("=")[0]] = indexes_in(plans, TASKS)[0]
    assert used == {
        "type": "live_tasks_by_type",
        "due_after": "live_tasks_by_due_date",
        "planned_after": "live_tasks_by_plan",
        "blocked": "live_blocked_tasks",
    }


def test_what_can_be_restored_is_found_among_the_deleted(
    projects: list[Project], people: People
) -> None:
    client = client_of(people.other)
    for task in Task.objects.filter(project=projects[0], number__in=(7, 8)):
        client.ask("DELETE", f"/api/tasks/{task.pk}", status=204)
    with explained(TASKS) as plans:
        shown = client.ask("GET", f"/api/projects/{projects[0].pk}/tasks?deleted=true")["data"]
    assert len(shown) == 2
    assert work_in(plans, TASKS).rows == 4


def test_a_page_reads_no_rows_of_the_pages_before_that_share_its_title(
    projects: list[Project], people: People
) -> None:
    client, project = client_of(people.other), projects[1]
    Task.objects.filter(project=project, number__lte=8_000).update(title="Check the brakes")
    path = f"/api/projects/{project.pk}/tasks?limit={PAGE}&ordering=title"
    seen: list[str] = []
    cursor = ""
    for _ in range(3):
        with explained(TASKS) as plans:
            answer = client.ask("GET", f"{path}&cursor={cursor}" if cursor else path)
        assert work_in(plans, TASKS).rows <= 2 * PAGE + 2
        seen += [task["id"] for task in answer["data"]]
        cursor = answer["meta"]["next_cursor"]
    assert {task["title"] for task in answer["data"]} == {"Check the brakes"}
    assert seen == sorted(set(seen))


def test_lists_of_several_projects_read_what_they_show(
    projects: list[Project], people: People
) -> None:
    within = f"workspace={projects[0].workspace_id}"
    for person, query in (
        (people.common, "mine?limit=50"),
        (people.common, f"mine?limit=50&ordering=-due_date&priority=HIGH&{within}"),
        (people.idle, "mine?limit=50"),
        (people.other, f"recent?limit=50&{within}"),
    ):
        for is_generic in (False, True):
            with explained(TASKS, is_generic=is_generic) as plans:
                client_of(person).ask("GET", f"/api/tasks/{query}")
            work = work_in(plans, TASKS)
            assert work.rows <= 5 * PAGE, (query, is_generic)
            assert work.largest_sort <= PAGE + 1, (query, is_generic)


FETCHED = """
    SELECT idx_tup_fetch + seq_tup_read FROM pg_stat_xact_all_tables WHERE relname = 'task_words'
"""


NEWEST = 500
"""Rows that are compared first, to see whether many have the words."""


def fetched(typed: str, projects: list[Project], person: User, most: int = MOST_HITS) -> int:
    """How many rows of the words a search reads that ranks `most`."""
    ids = [project.pk for project in projects]
    with without_context(), transaction.atomic(), connection.cursor() as cursor:
        show_workspaces_of(person.pk)
        [[before]] = cursor.execute(FETCHED).fetchall()
        cursor.execute(
            "SELECT FROM search_tasks(%s, NULL, %s::uuid[], %s, true)", [typed, ids, most]
        )
        [[after]] = cursor.execute(FETCHED).fetchall()
        return int(after - before)


def test_a_search_reads_the_rows_it_ranks(projects: list[Project], people: People) -> None:
    most = {
        "rare": SIZES[1] // 1000,
        "rare al": SIZES[1] // 1000,
        "all": MOST_HITS,
        "al": MOST_HITS,
        "tenth": SIZES[1],
        "nowhere": 5_000,
    }
    index_words(projects[1])
    for place in (projects, projects[1:]):
        read = {typed: fetched(typed, place, people.other) for typed in most}
        assert {typed: rows for typed, rows in read.items() if rows > NEWEST + most[typed]} == {}


def test_words_that_many_tasks_have_are_compared_from_the_newest_task_on(
    projects: list[Project], people: People
) -> None:
    """Statistics of each word alone promise few tasks with all of them; each would be read."""
    index_words(projects[0])
    assert fetched("one fifth part", projects[:1], people.other, most=400) < 3000
