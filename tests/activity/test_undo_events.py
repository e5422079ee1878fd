"""Undoing any event: what there is a way for, who may, and what is refused."""

import pytest
from pytest_django import DjangoAssertNumQueries, Settings

from activity.models import Event
from activity.receivers import LOGGED
from activity.services.undo.table import NOT_UNDOABLE, OF_CHANGES, OF_ROWS, is_undoable
from comments.models import Comment
from core.events import publish
from identity.services.personal_tokens import create_token
from projects.models import Project, Visibility
from projects.services.projects import create_project
from tasks.events import TaskUpdated
from tasks.models import Task
from tasks.services.bulk import Change, change_tasks
from tasks.services.tasks import create_task, update_task
from tasks.services.transfers import transfer_task
from tests.activity.undoing import newest, refusal, superseding, undo, undone
from tests.matrix.people import bearing
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.log import activity_of, number_events
from tests.support.relations import some_tasks
from workspaces.services.workspaces import create_workspace

WAYS = "activity/services/undo/table.py"


def test_every_logged_event_is_undoable_or_said_not_to_be() -> None:
    kinds = {*LOGGED.values()}
    undecided = kinds ^ {*OF_CHANGES, *OF_ROWS, *NOT_UNDOABLE}
    assert not undecided, f"{undecided}: enter a way, or why there is none, in {WAYS}"
    twice = len(OF_CHANGES) + len(OF_ROWS) + len(NOT_UNDOABLE) - len(kinds)
    assert not twice, f"{twice} kinds of event stand in {WAYS} twice"


def test_lists_say_what_can_be_undone(cast: Cast, comment: Comment) -> None:
    shown = activity_of(cast.lea, cast.workspace)
    assert {(each["entity"], each["action"]): each["undoable"] for each in shown} == {
        ("comment", "commented"): True,
        ("task", "created"): True,
        ("membership", "added"): False,
        ("project", "created"): False,
        ("workspace", "created"): False,
    }
    assert is_undoable(Event(entity="task", action="updated", changes={"title": {}}))
    assert not is_undoable(Event(entity="task", action="updated", changes={}))


def test_who_may_not_delete_does_not_undo_a_creation(cast: Cast, task: Task) -> None:
    event = newest(task)
    answer = undo(cast.max, event, status=403)
    assert (answer["code"], answer["required"]) == ("forbidden", "task:delete")
    own = create_task(actor=by(cast.max), project=cast.project, title="Oil")
    undone(cast.max, own)


def test_a_right_that_was_lost_meanwhile_is_missing(cast: Cast, task: Task) -> None:
    update_task(actor=by(cast.max), task=task, changes={"title": "Oil"})
    event = newest(task)
    cast.project.memberships.filter(user=cast.max).update(role="VIEWER")
    cast.workspace.memberships.filter(user=cast.max).update(role="GUEST")
    assert undo(cast.max, event, status=403)["required"] == "task:update"


def test_who_does_not_see_an_event_does_not_undo_it(cast: Cast, task: Task) -> None:
    event = newest(task)
    assert refusal(None, event, status=401) == "not_authenticated"
    assert refusal(cast.gus, event, status=404) == "not_found"
    assert refusal(cast.sam, event, status=403) == "not_a_member"
    Project.objects.update(visibility=Visibility.PRIVATE)
    assert refusal(cast.moe, event, status=404) == "not_found"
    assert newest(task) == event


def test_strangers_may_be_told_nothing(cast: Cast, task: Task, settings: Settings) -> None:
    settings.HIDE_FOREIGN_OBJECTS = True
    assert refusal(cast.sam, newest(task), status=404) == "not_found"


@pytest.mark.parametrize("pk", ["x", "1", "%00", "00000000-0000-0000-0000-000000000001", "é" * 90])
def test_what_is_no_event_is_not_found(cast: Cast, pk: str) -> None:
    client_of(cast.lea).ask("POST", f"/api/events/{pk}/undo", status=404)


def test_only_posts_undo(cast: Cast, task: Task) -> None:
    path = f"/api/events/{newest(task).pk}/undo"
    for method in ("GET", "PUT", "PATCH", "DELETE"):
        client_of(cast.lea).ask(method, path, status=405)
    client_of(cast.lea).ask("POST", f"{path}?typo=1", status=400)


def test_a_dry_run_undoes_nothing(cast: Cast, task: Task) -> None:
    update_task(actor=by(cast.lea), task=task, changes={"title": "Oil"})
    event = newest(task)
    path = f"/api/events/{event.pk}/undo?dry_run=1"
    told = client_of(cast.lea).ask("POST", path)["meta"]["events"]
    assert [each["changes"] for each in told] == [
        {"title": {"old": "Oil", "new": "Grind the gears"}}
    ]
    assert newest(task) == event


def test_newer_events_are_told_as_far_as_they_may_be_read(cast: Cast, task: Task) -> None:
    """A task that left for a project the person may not read: nothing is told of it there."""
    update_task(actor=by(cast.lea), task=task, changes={"title": "Oil"})
    event = newest(task)
    secret = create_project(
        actor=by(cast.ada), workspace=cast.workspace, name="X", visibility=Visibility.PRIVATE
    )
    task = transfer_task(actor=by(cast.ada), task=task, project=secret)
    update_task(actor=by(cast.ada), task=task, changes={"title": "Secret"})
    answer = undo(cast.lea, event, status=403)
    assert (answer["required"], answer["you_have"]) == ("task:update", ["workspace:MEMBER"])
    assert "Secret" not in str(answer)
    assert superseding(cast.ada, event) == [("updated", "Ada", ["title"])]


def test_a_page_says_so_without_another_query(
    cast: Cast, task: Task, django_assert_num_queries: DjangoAssertNumQueries
) -> None:
    event = newest(task)
    with django_assert_num_queries(0):
        assert is_undoable(event)


def test_a_field_of_an_older_release_is_not_put_back(cast: Cast, task: Task) -> None:
    changes = {"colour": {"old": "red", "new": "blue"}}
    publish(TaskUpdated(actor=by(cast.lea), task=task, changes=changes))
    assert refusal(cast.lea, newest(task)) == "not_undoable"


def test_each_task_of_a_bulk_is_undone_alone(cast: Cast) -> None:
    tasks = some_tasks(cast, 2)
    wanted = [Change(task=task, fields={"priority": "HIGH"}) for task in tasks]
    change_tasks(actor=by(cast.lea), wanted=wanted)
    undone(cast.max, tasks[0])
    assert [Task.objects.get(pk=task.pk).priority for task in tasks] == ["MEDIUM", "HIGH"]


def test_a_token_that_may_not_read_is_not_told_what_stands_in_the_way(
    cast: Cast, task: Task
) -> None:
    for title in ("Oil", "Polish"):
        update_task(actor=by(cast.lea), task=task, changes={"title": title})
    first = Event.objects.filter(action="updated").earliest("id")
    number_events()
    token = create_token(actor=by(cast.lea), name="CI", scopes=["write"])[1]
    answer = bearing(token).post(f"/api/events/{first.pk}/undo")
    assert (answer.status_code, answer.json()["code"]) == (409, "superseded")
    assert "events" not in answer.json()


def test_an_event_of_another_workspace_is_not_undone_in_one_s_own(cast: Cast) -> None:
    other = create_workspace(actor=by(cast.sam), name="Other")
    assert refusal(cast.ada, newest(other), status=403) == "not_a_member"
