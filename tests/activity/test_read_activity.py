"""Lists of what happened: their documents, filters, pages and costs."""

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from activity.models import Event
from activity.services import pages
from comments.models import Comment
from comments.services.comments import edit_comment
from core.events import publish
from projects.services.projects import create_project
from tasks.events import TaskUnwatched
from tasks.models import RelatedAs, Task
from tasks.services.relations import add_relation
from tasks.services.tasks import create_task, update_task
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.log import activity_of, number_events, told
from tests.support.plans import explained, work_in

MANY = 50_000
AT_MOST = 5000
"""Events that one page may read: to find its end, to look at them, to show some."""
FILL = """
    INSERT INTO activity_event (id, created_at, workspace_id, via, token_id, reason, entity,
        entity_id, action, changes, request_id, actor_id, project_id, task_id)
    SELECT ('00000000-0000-7000-8000-' || lpad(n::text, 12, '0'))::uuid,
        %(noon)s + n * %(apart)s - (n %% 3) * interval '20 minutes', %(workspace)s, 'session', NULL,
        '', 'task', %(task)s, 'moved', '{}', '', %(actor)s, %(project)s, %(task)s
    FROM generate_series(1, %(many)s) AS n
"""


def fill(task: Task, actor: Any, many: int, apart: timedelta = timedelta()) -> None:
    """So many events of the task, moved by the person, some of which commit late."""
    values: dict[str, Any] = {"task": task.pk, "actor": actor.pk, "many": many, "apart": apart}
    values |= {"workspace": task.workspace_id, "project": task.project_id}
    with connection.cursor() as cursor:
        cursor.execute(FILL, {**values, "noon": timezone.now().replace(hour=12)})


def test_an_event_is_shown_whole(cast: Cast, task: Task) -> None:
    update_task(actor=by(cast.lea), task=task, changes={"title": "Oil", "assignee": cast.max})
    event = Event.objects.get(action="updated")
    [shown] = activity_of(cast.max, cast.workspace, action="updated")
    event.refresh_from_db()
    assert shown == {
        "id": str(event.pk),
        "seq": event.seq,
        "entity": "task",
        "entity_id": str(task.pk),
        "action": "updated",
        "actor": person_shown(cast.lea),
        "reason": None,
        "via": "session",
        "origin": "",
        "created_at": event.created_at.isoformat(),
        "committed_at": event.committed_at and event.committed_at.isoformat(),
        "request_id": None,
        "project_id": str(cast.project.pk),
        "task": {"id": str(task.pk), "key": "ENG-1", "title": "Oil"},
        "changes": {"title": {"old": "Grind the gears", "new": "Oil"}},
        "sentence": "Lea changed the title of ENG-1",
        "undoable": True,
    }


def person_shown(person: Any) -> dict[str, Any]:
    shown = {"id": str(person.pk), "name": person.name, "email": person.email}
    return {**shown, "avatar_url": "", "image": ""}


def test_people_in_changes_have_their_public_ids(cast: Cast, task: Task) -> None:
    cast.max.external_id = "user_max"
    cast.max.save()
    update_task(actor=by(cast.lea), task=task, changes={"assignee": cast.max})
    [event] = activity_of(cast.lea, cast.workspace, action="assigned")
    assert event["changes"] == {"assignee": {"old": None, "new": "user_max"}}


def test_a_long_text_is_shown_as_edits(cast: Cast, comment: Comment) -> None:
    edit_comment(actor=by(cast.max), comment=comment, content="On it now")
    [event] = activity_of(cast.lea, cast.workspace, entity="comment", action="updated")
    assert event["changes"]["content"] == {"edits": [[5, "", " now"]]}


def test_the_system_has_a_reason(cast: Cast, task: Task) -> None:
    publish(TaskUnwatched(actor=by(None), task=task))
    [event] = activity_of(cast.lea, cast.workspace, action="unwatched")
    assert (event["actor"], event["via"]) == (None, "system")


@pytest.mark.parametrize(
    ("query", "found"),
    [
        ("actor={max}", ["Max commented on ENG-1"]),
        ("actor=me&entity=comment", []),
        ("entity=comment", ["Max commented on ENG-1"]),
        ("entity=task&action=created", ["Lea created ENG-1"]),
        ("project={project}&entity=task", ["Lea created ENG-1"]),
        ("entity=comment&created_after=2020-01-01", ["Max commented on ENG-1"]),
        ("entity=comment&created_before=2020-01-01", []),
        ("actor=00000000-0000-0000-0000-000000000001", []),
    ],
)
def test_activity_is_filtered(cast: Cast, comment: Comment, query: str, found: list[str]) -> None:
    asked = query.format(max=cast.max.pk, project=cast.project.pk)
    path = f"/api/activity?workspace={cast.workspace.pk}&{asked}"
    assert [each["sentence"] for each in told(cast.lea, path)] == found


@pytest.mark.parametrize(
    "wrong",
    [
        *("limit=0", "limit=201", "limit=x", "cursor=x", "entity=rocket", "action=flown"),
        *("created_after=1/2/2030", "created_before=x", "ordering=seq", "typo=1", "project=x"),
    ],
)
def test_wrong_parameters_are_refused(cast: Cast, wrong: str) -> None:
    status = 404 if wrong == "project=x" else 400
    path = f"/api/activity?workspace={cast.workspace.pk}&{wrong}"
    client_of(cast.lea).ask("GET", path, status=status)


@pytest.mark.parametrize("wrong", ["cursor=", "cursor=x", "limit=0", "typo=1"])
def test_wrong_parameters_of_a_task_are_refused(cast: Cast, comment: Comment, wrong: str) -> None:
    path = f"/api/tasks/{comment.task_id}/activity?{wrong}"
    client_of(cast.lea).ask("GET", path, status=400)


def test_a_workspace_has_to_be_named_and_the_project_to_be_its_own(cast: Cast) -> None:
    other = create_project(actor=by(cast.sam), workspace=cast.elsewhere, name="Other")
    sam, elsewhere = client_of(cast.sam), cast.elsewhere.pk
    sam.ask("GET", "/api/activity", status=400)
    sam.ask("GET", f"/api/activity?workspace={cast.workspace.pk}", status=403)
    sam.ask("GET", f"/api/activity?workspace={elsewhere}&project={cast.project.pk}", status=403)
    sam.ask("GET", f"/api/activity?workspace={elsewhere}&project={other.pk}")


def walk(person: User, path: str) -> list[list[dict[str, Any]]]:
    """The events of each page, up to the last one."""
    shown, cursor = [], ""
    while cursor is not None:
        answer = client_of(person).ask("GET", f"{path}&cursor={cursor}" if cursor else path)
        shown.append(answer["data"])
        cursor = answer["meta"]["next_cursor"]
    return shown


def test_pages_show_every_event_once_the_newest_first(cast: Cast, task: Task) -> None:
    fill(task, cast.lea, 7)
    number_events()
    shown = walk(cast.max, f"/api/tasks/{task.pk}/activity?limit=3")
    seen = [event["seq"] for page in shown for event in page]
    assert seen == sorted(seen, reverse=True)
    assert len(seen) == len({*seen}) == 8


def test_the_activity_of_a_task_is_also_what_stands_on_it(cast: Cast, comment: Comment) -> None:
    task, other = comment.task, create_task(actor=by(cast.lea), project=cast.project, title="Oil")
    add_relation(actor=by(cast.lea), task=task, other=other, kind=RelatedAs.BLOCKS)
    events = told(cast.max, f"/api/tasks/{task.pk}/activity")
    assert [event["sentence"] for event in events] == [
        "Lea noted that ENG-1 blocks ENG-2",
        "Max commented on ENG-1",
        "Lea created ENG-1",
    ]
    client_of(cast.max).ask("GET", f"/api/tasks/{task.pk}/activity?limit=x", status=400)
    client_of(cast.sam).ask("GET", f"/api/tasks/{task.pk}/activity", status=403)


def test_a_list_costs_the_same_for_one_and_for_many(cast: Cast, comment: Comment) -> None:
    place = f"?workspace={cast.workspace.pk}&limit=200&entity=task"
    paths = [f"/api/activity{place}", f"/api/tasks/{comment.task_id}/activity?limit=200"]
    paths += [f"/api/workspaces/{cast.workspace.pk}/events?limit=200"]
    number_events()
    few = [statements(cast, path) for path in paths]
    fill(comment.task, cast.max, 190)
    number_events()
    assert [statements(cast, path) for path in paths] == few


def statements(cast: Cast, path: str) -> int:
    client = client_of(cast.lea)
    client.ask("GET", path)
    with CaptureQueriesContext(connection) as asked:
        client.ask("GET", path)
    return len(asked)


def test_a_page_ends_before_it_is_too_large(
    cast: Cast, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    for text in ("a" * 900, "b" * 900, "c" * 900):
        update_task(actor=by(cast.lea), task=task, changes={"description": text})
    number_events()
    monkeypatch.setattr(pages, "LARGEST", 2500)
    shown = walk(cast.lea, f"/api/tasks/{task.pk}/activity?limit=9")
    assert [len(page) for page in shown] == [1, 1, 2]


@pytest.mark.usefixtures("committed_db")
def test_a_rare_filter_examines_a_bounded_number(cast: Cast) -> None:
    task = create_task(actor=by(cast.lea), project=cast.project, title="Oil")
    fill(task, cast.lea, MANY)
    with connections["direct"].cursor() as owner:
        owner.execute("ANALYZE activity_event")
    place = f"/api/activity?workspace={cast.workspace.pk}"
    rare = [f"{place}&{each}" for each in ("action=purged", "entity=label", "actor=me&entity=task")]
    rare += [
        f"{place}&created_before=2020-01-01",
        f"{place}&project={cast.project.pk}&entity=label",
    ]
    rare += [f"{place}&actor={cast.gus.pk}", f"/api/tasks/{task.pk}/activity"]
    rare += [f"/api/workspaces/{cast.workspace.pk}/events?after={MANY // 2}&limit=500", place]
    client = client_of(cast.moe)
    for path in rare:
        with explained("activity_event", is_generic=True) as plans:
            client.ask("GET", path)
        assert work_in(plans, "activity_event").rows <= AT_MOST, path


@pytest.mark.usefixtures("committed_db")
def test_an_empty_page_leads_on_to_what_is_rare(cast: Cast) -> None:
    task = create_task(actor=by(cast.lea), project=cast.project, title="Oil")
    fill(task, cast.lea, 2 * pages.EXAMINED)
    path = f"/api/activity?workspace={cast.workspace.pk}&entity=task&action=created"
    *empty, last = walk(cast.moe, path)
    assert empty == [[], []]
    assert [event["sentence"] for event in last] == ["Lea created ENG-1"]


def test_a_list_of_days_far_away_begins_there(
    cast: Cast, task: Task, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Of an event a day only those of the days are examined, and all of them."""
    number_events()
    fill(task, cast.lea, 60, timedelta(days=1))
    number_events()
    monkeypatch.setattr(pages, "EXAMINED", 4)
    place, today = f"/api/activity?workspace={cast.workspace.pk}", timezone.now().date()
    for first, last, count in ((20, 22, 3), (20, 20, 1), (40, 39, 0)):
        bounds = [
            f"created_{name}={today + timedelta(days=n)}"
            for name, n in (("after", first), ("before", last))
        ]
        answer = client_of(cast.ada).ask("GET", f"{place}&{'&'.join(bounds)}")
        assert (len(answer["data"]), answer["meta"]["next_cursor"]) == (count, None)
    [shown, *_] = walk(cast.ada, f"{place}&created_before={today + timedelta(days=30)}")
    assert len(shown) >= 3
