"""Filters of a project's tasks are saved, shared, changed, applied and deleted."""

from functools import partial
from typing import Any

import pytest

from accounts.services.deletion import delete_person
from core.events import publish
from core.retention import PURGE
from projects.events import ProjectPurged
from projects.services.columns import delete_column
from projects.services.projects import create_project
from tasks.models import MOST_FILTERS, SavedFilter
from tasks.services.saved_filters import save_filter, update_filter
from tasks.services.tasks import create_task
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.databases import CommittedDatabase
from tests.support.documents import filter_document
from tests.support.log import log_of
from tests.support.threads import at_once, succeeds

BUGS = {"type": ["bug", "FEATURE"], "assignee": "me", "ordering": "-number"}


def saved(cast: Cast, person: Any, **fields: Any) -> SavedFilter:
    named = {"name": "Mine", "parameters": {"type": ["BUG"]}, **fields}
    return save_filter(actor=by(person), project=cast.project, **named)


def ask(cast: Cast, person: Any, method: str, path: str = "", *body: Any, **options: Any) -> Any:
    path = path or f"/api/projects/{cast.project.pk}/filters"
    return client_of(person).ask(method, path, *body, **options)


def test_a_private_filter_is_its_owners_alone(cast: Cast) -> None:
    body = {"name": "My bugs", "parameters": BUGS}
    shown = ask(cast, cast.moe, "POST", "", body, status=201)["data"]
    made = SavedFilter.objects.get()
    assert shown == filter_document(made)
    assert (made.owner, made.is_shared, made.parameters) == (cast.moe, False, BUGS)
    assert [action for action, _, _ in log_of(made)] == ["added"]
    assert ask(cast, cast.moe, "GET")["data"] == [shown]
    assert ask(cast, cast.lea, "GET")["data"] == []
    path = f"/api/filters/{made.pk}"
    assert ask(cast, cast.moe, "GET", path)["data"] == shown
    for method in ("GET", "PATCH", "DELETE"):
        ask(cast, cast.lea, method, path, {}, status=404)
    changed = ask(cast, cast.moe, "PATCH", path, {"name": "Bugs"})["data"]
    assert (changed["name"], changed["parameters"]) == ("Bugs", BUGS)
    assert log_of(made)[-1][0] == "updated"
    ask(cast, cast.moe, "DELETE", path, status=204)
    assert not SavedFilter.objects.exists()


def test_a_shared_filter_belongs_to_who_may_create_tasks(cast: Cast) -> None:
    shared = {"name": "Late", "parameters": {"overdue": "true"}, "is_shared": True}
    shown = ask(cast, cast.max, "POST", "", shared, status=201)["data"]
    path = f"/api/filters/{shown['id']}"
    assert ask(cast, cast.lea, "PATCH", path, {"name": "Later"})["data"]["version"] == 2
    cast.project.memberships.filter(user=cast.max).update(role="VIEWER")
    cast.workspace.memberships.filter(user=cast.max).update(role="GUEST")
    assert ask(cast, cast.max, "GET", path)["data"]["name"] == "Later"
    for method in ("PATCH", "DELETE"):
        refusal = ask(cast, cast.max, method, path, {"name": "Mine"}, status=403)
        assert refusal["required"] == "task:create"
    assert ask(cast, cast.max, "POST", "", shared, status=403)["required"] == "task:create"
    own = ask(cast, cast.max, "POST", "", {**shared, "is_shared": False}, status=201)["data"]
    ask(cast, cast.max, "PATCH", f"/api/filters/{own['id']}", {"is_shared": True}, status=403)


@pytest.mark.parametrize(
    ("parameters", "field"),
    [
        ({"assignee__password": "p"}, "parameters.assignee__password"),
        ({"limit": "5"}, "parameters.limit"),
        ({"type": ["EPIC"]}, "parameters.type"),
        ({"ordering": "assignee__email"}, "parameters.ordering"),
        ({"due_after": "soon"}, "parameters.due_after"),
        ({"status": "NOWHERE"}, "parameters"),
        ({"assignee": "user_2unknown"}, "parameters"),
        ({"type": ["BUG"] * 21}, "parameters.type"),
        ({"text": "x" * 201}, "parameters.text"),
        ({"status": "\0"}, "parameters.status"),
        ([], "parameters"),
        ("type=BUG", "parameters"),
        (None, "parameters"),
    ],
)
def test_parameters_no_list_knows_are_refused(cast: Cast, parameters: Any, field: str) -> None:
    body = {"name": "Odd", "parameters": parameters}
    refusal = ask(cast, cast.lea, "POST", "", body, status=400)
    assert all(name.startswith(field) for name in refusal["errors"]), refusal
    assert not SavedFilter.objects.exists()


def test_a_filter_is_applied_and_what_is_asked_besides_counts_more(cast: Cast) -> None:
    same: dict[str, Any] = {"actor": by(cast.lea), "project": cast.project}
    for kind in ("BUG", "FEATURE", "TASK", "BUG"):
        create_task(**same, title=kind, type=kind)
    bugs = saved(cast, cast.lea, parameters={"type": ["BUG", "FEATURE"], "ordering": "number"})
    path = f"/api/projects/{cast.project.pk}/tasks?filter={bugs.pk}"

    def numbers(query: str = "") -> list[int]:
        return [task["number"] for task in ask(cast, cast.lea, "GET", path + query)["data"]]

    assert numbers() == [1, 2, 4]
    assert numbers("&type=TASK") == [3]
    assert numbers("&ordering=-number&created_by=me") == [4, 2, 1]
    first = ask(cast, cast.lea, "GET", f"{path}&limit=2")["meta"]["next_cursor"]
    assert numbers(f"&limit=2&cursor={first}") == [4]
    tag = client_of(cast.lea).get(path)["ETag"]
    assert client_of(cast.lea).get(path, headers={"If-None-Match": tag}).status_code == 304
    ask(cast, cast.moe, "GET", path, status=404)
    other = create_project(actor=by(cast.ada), workspace=cast.workspace, name="Other")
    ask(cast, cast.lea, "GET", path.replace(str(cast.project.pk), str(other.pk)), status=404)


def test_a_filter_of_what_is_gone_says_so(cast: Cast) -> None:
    named = {"status": "IN_PROGRESS", "assignee": cast.max.public_id}
    stale = saved(cast, cast.lea, parameters=named)
    delete_column(actor=by(cast.lea), column=cast.project.statuses.get(key="IN_PROGRESS"))
    path = f"/api/projects/{cast.project.pk}/tasks?filter={stale.pk}"
    refusal = ask(cast, cast.lea, "GET", path, status=400)
    assert refusal["errors"] == {"filter": ["status: the project has no column “IN_PROGRESS”."]}
    assert ask(cast, cast.lea, "GET", f"{path}&status=TODO")["data"] == []


def test_a_deleted_persons_shared_filters_stay(cast: Cast) -> None:
    saved(cast, cast.max)
    shared = saved(cast, cast.max, is_shared=True)
    delete_person(actor=by(None), person=cast.max)
    assert SavedFilter.objects.get() == shared


def test_filters_of_an_archived_project_stay_as_they_are(cast: Cast) -> None:
    mine = saved(cast, cast.lea)
    ask(cast, cast.lea, "POST", f"/api/projects/{cast.project.pk}/archive")
    ask(cast, cast.lea, "PATCH", f"/api/filters/{mine.pk}", {"name": "New"}, status=409)
    assert len(ask(cast, cast.lea, "GET")["data"]) == 1


def test_nobody_has_too_many(committed_db: CommittedDatabase, cast: Cast) -> None:
    here = {"workspace": cast.workspace, "project": cast.project, "owner": cast.lea}
    SavedFilter.objects.bulk_create(SavedFilter(name="F", **here) for _ in range(MOST_FILTERS - 1))
    one: dict[str, Any] = {"project": cast.project, "name": "Mine", "parameters": {}}
    done = at_once(*[partial(succeeds, save_filter, actor=by(cast.lea), **one)] * 2)
    assert sorted(done) == [False, True]
    assert ask(cast, cast.lea, "POST", "", {"name": "F", "parameters": {}}, status=409)["code"] == (
        "too_many_filters"
    )
    saved(cast, cast.max)


def test_what_stays_private_is_not_told_in_the_log(cast: Cast) -> None:
    for is_shared in (False, True):
        made = saved(cast, cast.lea, is_shared=is_shared)
        update_filter(actor=by(cast.lea), saved_filter=made, changes={"name": "Secret"})
        assert bool(log_of(made)[-1][2]) is is_shared


def test_filters_of_a_purged_project_are_deleted(cast: Cast) -> None:
    saved(cast, cast.lea, is_shared=True)
    publish(ProjectPurged(actor=PURGE, project=cast.project))
    assert not SavedFilter.objects.exists()
