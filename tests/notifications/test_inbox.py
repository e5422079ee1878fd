"""The inbox over HTTP: what is in it, what is unread, and what the person does with it."""

from collections.abc import Callable
from datetime import timedelta
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from comments.services.comments import add_comment
from identity.services.access import prove_address
from identity.services.personal_tokens import create_token
from notifications.models import Notification
from notifications.services.inbox import wake_snoozed
from projects.models import Project
from projects.services.projects import create_project
from tasks.models import Task
from tasks.services.tasks import create_task, delete_task
from tasks.services.transfers import transfer_task
from tests.matrix.people import bearing
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.documents import person
from workspaces.models import Membership
from workspaces.services.members import remove_member
from workspaces.services.workspaces import create_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def task(cast: Cast) -> Task:
    """Given to Max by Lea, and commented on by Ada; Max has heard of nothing else."""
    Notification.objects.all().delete()
    made = create_task(actor=by(cast.lea), project=cast.project, title="Oil", assignee=cast.max)
    add_comment(actor=by(cast.ada), task=made, content="How?")
    return made


def number() -> None:
    """Give notifications their numbers, as the commit would."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS number_notification IMMEDIATE")
        cursor.execute("SET CONSTRAINTS number_notification DEFERRED")


def inbox(user: Any, query: str = "") -> list[dict[str, Any]]:
    number()
    found: list[dict[str, Any]] = client_of(user).ask("GET", f"/api/notifications{query}")["data"]
    return found


def count(user: Any) -> dict[str, int]:
    number()
    found: dict[str, int] = client_of(user).ask("GET", "/api/notifications/count")["data"]
    return found


def test_what_is_shown(cast: Cast, task: Task) -> None:
    told = inbox(cast.max)
    assert [each["sentence"] for each in told] == [
        "Ada commented on ENG-1",
        "Lea assigned ENG-1 to you",
    ]
    assert told[1] == {
        "id": told[1]["id"],
        "seq": told[0]["seq"] - 1,
        "kind": "ASSIGNED",
        "sentence": "Lea assigned ENG-1 to you",
        "actor": person(cast.lea),
        "workspace": {"id": str(cast.workspace.pk), "name": "Analytical Engines"},
        "project": {"id": str(cast.project.pk), "key": "ENG", "name": "Engine"},
        "task": {"id": str(task.pk), "key": "ENG-1", "title": "Oil"},
        "comment_id": None,
        "job_id": None,
        "created_at": told[1]["created_at"],
        "read_at": None,
        "snoozed_until": None,
    }


def test_only_the_recipient_finds_it(cast: Cast, task: Task) -> None:
    [newest, *_] = inbox(cast.max)
    for other, status in ((cast.pia, 404), (cast.sam, 403)):
        assert inbox(other) == []
        client_of(other).ask("PATCH", f"/api/notifications/{newest['id']}", {}, status=status)
    for path in ("read", "unread"):
        body = {"ids": [newest["id"]]}
        refusal = client_of(cast.lea).ask("POST", f"/api/notifications/{path}", body, status=400)
        assert refusal["errors"] == {"ids": ["Not found."]}
    assert count(cast.max)["unread"] == 2


FILTERS = [
    ("kind=assigned", 1),
    ("kind=ASSIGNED&kind=COMMENTED", 2),
    ("workspace={workspace}", 2),
    ("workspace={elsewhere}", 0),
    ("project={project}", 2),
    ("project=none", 0),
    ("task={task}", 2),
    ("task={project}", 0),
    ("unread=true", 2),
    ("unread=false", 0),
    ("snoozed=true", 0),
    ("snoozed=false&limit=1", 1),
]


@pytest.mark.parametrize(("query", "expected"), FILTERS)
def test_filters(cast: Cast, task: Task, query: str, expected: int) -> None:
    places = {
        "workspace": cast.workspace.pk,
        "elsewhere": cast.elsewhere.pk,
        "project": cast.project.pk,
        "task": task.pk,
    }
    assert len(inbox(cast.max, f"?{query.format(**places)}")) == expected


def test_pages(cast: Cast, task: Task) -> None:
    everything = inbox(cast.max)
    answer = client_of(cast.max).ask("GET", "/api/notifications?limit=1")
    cursor = answer["meta"]["next_cursor"]
    rest = inbox(cast.max, f"?limit=1&cursor={cursor}")
    assert [*answer["data"], *rest] == everything


def test_read_and_unread(cast: Cast, task: Task) -> None:
    client, [newest, oldest] = client_of(cast.max), inbox(cast.max)
    path = f"/api/notifications/{newest['id']}"
    read = client.ask("PATCH", path, {"is_read": True})["data"]
    assert read["read_at"]
    last = newest["seq"]
    assert read["seq"] == last + 1
    assert count(cast.max) == {"unread": 1, "seq": last + 1}
    assert client.ask("PATCH", path, {"is_read": True})["data"] == read
    body = {"ids": [newest["id"], oldest["id"]]}
    answer = client.ask("POST", "/api/notifications/read", body)["data"]
    assert answer == {"unread": 0, "seq": last + 2, "changed": 1}
    answer = client.ask("POST", "/api/notifications/unread", body)["data"]
    assert answer == {"unread": 2, "seq": last + 4, "changed": 2}


def test_read_all_up_to_a_number(cast: Cast, task: Task) -> None:
    client, seen = client_of(cast.max), count(cast.max)["seq"]
    add_comment(actor=by(cast.ada), task=task, content="And why?")
    number()
    body = {"all": True, "through": seen}
    answer = client.ask("POST", "/api/notifications/read", body)["data"]
    assert (answer["unread"], answer["changed"]) == (1, 2)
    answer = client.ask("POST", "/api/notifications/read", {"all": True})["data"]
    assert (answer["unread"], answer["changed"]) == (0, 1)


@pytest.mark.parametrize(
    "body",
    [
        {},
        {"all": False},
        {"ids": []},
        {"ids": ["1"]},
        {"ids": [str(Task().pk)], "all": True},
        {"ids": [str(Task().pk)], "through": 1},
        {"ids": [str(Task().pk)] * 201},
        {"all": True, "through": -1},
        {"all": True, "through": 2**63},
    ],
)
def test_what_to_read_is_said_in_one_way(cast: Cast, body: Any) -> None:
    client_of(cast.max).ask("POST", "/api/notifications/read", body, status=400)


def test_snoozed_ones_wait(cast: Cast, task: Task) -> None:
    client, [newest, _] = client_of(cast.max), inbox(cast.max)
    path, until = f"/api/notifications/{newest['id']}", timezone.now() + timedelta(hours=1)
    shown = client.ask("PATCH", path, {"snoozed_until": until.isoformat()})["data"]
    assert shown["snoozed_until"]
    assert [each["kind"] for each in inbox(cast.max)] == ["ASSIGNED"]
    assert inbox(cast.max, "?snoozed=true") == [shown]
    assert count(cast.max)["unread"] == 1
    assert wake_snoozed() == 0

    Notification.objects.filter(pk=newest["id"]).update(snoozed_until=timezone.now())
    assert count(cast.max)["unread"] == 2
    assert (wake_snoozed(), wake_snoozed()) == (1, 0)
    assert inbox(cast.max)[0]["seq"] > shown["seq"]

    client.ask("PATCH", path, {"snoozedUntil": until.isoformat()})
    assert client.ask("PATCH", path, {"snoozed_until": None})["data"]["snoozed_until"] is None
    client.ask("PATCH", path, {"snoozed_until": until.isoformat()})
    assert client.ask("PATCH", path, {"is_read": True})["data"]["snoozed_until"] is None


@pytest.mark.parametrize("days", [-1, 367, 400_000])
def test_snoozed_until_is_within_a_year(cast: Cast, task: Task, days: int) -> None:
    [newest, _] = inbox(cast.max)
    until = (timezone.now() + timedelta(days=days)).isoformat()
    refusal = client_of(cast.max).ask(
        "PATCH", f"/api/notifications/{newest['id']}", {"snoozed_until": until}, status=400
    )
    assert refusal["errors"] == {"snoozed_until": ["Must be in the future, and within a year."]}


def lose_project(cast: Cast, task: Task) -> None:
    Project.objects.filter(pk=cast.project.pk).update(visibility="PRIVATE")
    cast.project.memberships.filter(user=cast.max).delete()


LOSSES: dict[str, Callable[[Cast, Task], None]] = {
    "the project": lose_project,
    "the task": lambda cast, task: delete_task(actor=by(cast.lea), task=task),
    "the workspace": lambda cast, _: remove_member(
        actor=by(cast.ada), membership=Membership.objects.get(user=cast.max)
    ),
}


@pytest.mark.parametrize("what", LOSSES)
def test_who_has_lost_it_finds_nothing_of_it(cast: Cast, task: Task, what: str) -> None:
    [newest, _] = inbox(cast.max)
    LOSSES[what](cast, task)
    left = [each["sentence"] for each in inbox(cast.max)]
    told = ["Ada removed you from Analytical Engines"] if what == "the workspace" else []
    assert left == told
    assert count(cast.max)["unread"] == len(told)
    path = f"/api/notifications/{newest['id']}"
    client_of(cast.max).ask(
        "PATCH", path, {"is_read": True}, status=403 if what == "the workspace" else 404
    )


def test_a_token_of_another_workspace_finds_nothing(cast: Cast, task: Task) -> None:
    Notification.objects.create(recipient=cast.max, kind="INVITED", key="k", facts={"name": "X"})
    number()
    aside = create_workspace(actor=by(cast.max), name="Aside")
    for place, expected in ((cast.workspace, 2), (aside, 0)):
        _, text = create_token(
            actor=by(cast.max), name="Robot", scopes=["read"], workspace_ids=[place.pk]
        )
        client = bearing(text)
        assert len(client.ask("GET", "/api/notifications")["data"]) == expected
        assert client.ask("GET", "/api/notifications/count")["data"]["unread"] == expected
    assert count(cast.max)["unread"] == 3


def test_mute_and_unmute(cast: Cast, task: Task) -> None:
    client, path = client_of(cast.max), f"/api/tasks/{task.pk}/mute"
    for method, expected in (("GET", False), ("PUT", True), ("PUT", True), ("GET", True)):
        assert client.ask(method, path)["data"] == {"is_muted": expected}
    before = count(cast.max)
    add_comment(actor=by(cast.ada), task=task, content="Still here?")
    assert count(cast.max) == before
    assert client.ask("DELETE", path)["data"] == {"is_muted": False}
    assert client.ask("DELETE", path)["data"] == {"is_muted": False}
    client_of(cast.sam).ask("PUT", path, status=403)


@pytest.mark.parametrize("few", [1, 3])
def test_a_list_takes_as_many_statements_for_many(
    cast: Cast, task: Task, few: int, django_assert_num_queries: Any
) -> None:
    for n in range(few):
        add_comment(actor=by(cast.ada), task=task, content=str(n))
    number()
    client = client_of(cast.max)
    client.ask("GET", "/api/notifications")
    with django_assert_num_queries(4):
        client.ask("GET", "/api/notifications")


def test_an_invitation_is_in_the_inbox_of_who_belongs_nowhere_yet(cast: Cast) -> None:
    prove_address(cast.sam, cast.sam.email)
    Membership.objects.filter(user=cast.sam).delete()
    path, client = f"/api/workspaces/{cast.workspace.pk}/invitations", client_of(cast.ada)
    counts = []
    for address in (cast.sam.email, "nobody@example.com"):
        with CaptureQueriesContext(connection) as asked:
            client.ask("POST", path, {"email": address}, status=201)
        counts.append(len(asked))
    assert counts[0] == counts[1]

    [told] = inbox(cast.sam)
    assert (told["sentence"], told["workspace"]) == ("Ada invited you to Analytical Engines", None)
    assert "token" not in str(told)
    assert count(cast.sam)["unread"] == 1
    assert inbox(cast.moe, "?kind=INVITED") == []
    path = f"/api/notifications/{told['id']}"
    client_of(cast.moe).ask("PATCH", path, {"is_read": True}, status=404)
    assert client_of(cast.sam).ask("PATCH", path, {"is_read": True})["data"]["read_at"]


def test_notifications_go_with_their_task_to_another_project(cast: Cast, task: Task) -> None:
    project = create_project(
        actor=by(cast.ada), workspace=cast.workspace, name="Desk", team_members=[cast.max]
    )
    transfer_task(actor=by(cast.ada), task=task, project=project)
    number()
    shown = {each["project"]["name"] for each in inbox(cast.max, f"?task={task.pk}")}
    assert shown == {"Desk"}
    secret = create_project(
        actor=by(cast.ada), workspace=cast.workspace, name="Secret", visibility="PRIVATE"
    )
    transfer_task(actor=by(cast.ada), task=Task.objects.get(pk=task.pk), project=secret)
    assert inbox(cast.max, f"?task={task.pk}") == []
