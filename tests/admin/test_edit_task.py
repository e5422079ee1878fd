"""Tasks in the admin: everything goes through the services."""

from datetime import date

import pytest
from django.contrib.admin.models import LogEntry

from accounts.models import User
from activity.models import Event
from comments.models import Comment
from outbox.models import Delivery
from projects.models import Project, Status
from projects.services.deletion import archive_project
from projects.services.projects import create_project
from projects.services.workflows import Workflow
from tasks.models import Task
from tasks.services.columns import done_column
from tasks.services.tasks import create_task, delete_task, update_task
from tests.admin.desk import Desk, add_page_of, errors_of, fields_of, list_of, page_of, told
from tests.support.actors import by
from tests.support.cast import Cast


@pytest.fixture
def ticket(cast: Cast) -> Task:
    """A task whose workflow only moves forward, one step at a time."""
    strict = create_project(
        actor=by(cast.ada), workspace=cast.workspace, name="Desk", workflow=Workflow.TICKET
    )
    return create_task(actor=by(cast.ada), project=strict, title="Answer the telephone")


def logged(task: Task) -> list[tuple[str, str]]:
    events = Event.objects.filter(entity_id=task.pk).order_by("created_at", "id")
    return [(event.action, str(event.actor_id)) for event in events]


def test_edit_task_is_logged_and_remembered(desk: Desk, root: User, task: Task) -> None:
    done = done_column(task.project)

    answer = desk.submit(page_of(task), title="Oil the gears", status=str(done.pk))

    assert answer.status_code == 302
    task.refresh_from_db()
    assert (task.title, task.is_complete, task.version) == ("Oil the gears", True, 2)
    assert logged(task)[1:] == [("updated", str(root.pk)), ("status_changed", str(root.pk))]
    last = task.status_changes.order_by("-created_at")[0]
    assert (last.source, last.target, last.actor) == ("TODO", "DONE", root)
    assert LogEntry.objects.get().object_id == str(task.pk)


def test_edit_task_tells_the_new_assignee(desk: Desk, cast: Cast, task: Task) -> None:
    desk.submit(page_of(task), assignee=str(cast.max.pk))

    delivery = Delivery.objects.get()
    assert (delivery.kind, delivery.recipient_id) == ("task_assigned", cast.max.pk)


def test_edit_task_with_the_same_values_changes_nothing(desk: Desk, task: Task) -> None:
    assert desk.submit(page_of(task)).status_code == 302

    task.refresh_from_db()
    assert (task.version, len(logged(task))) == (1, 1)


def test_edit_task_shows_a_refusal_at_its_field(desk: Desk, cast: Cast, task: Task) -> None:
    page = desk.submit(page_of(task), title="Yours", assignee=str(cast.gus.pk))

    assert page.status_code == 200
    assert errors_of(page) == {"assignee": ["The assignee is not a member of the project."]}
    assert fields_of(page)["title"] == "Yours"
    task.refresh_from_db()
    assert (task.title, task.assignee, len(logged(task))) == ("Grind the gears", None, 1)


def test_edit_task_says_where_the_workflow_leads(desk: Desk, ticket: Task) -> None:
    closed = Status.objects.get(project=ticket.project, category="CLOSED")

    page = desk.submit(page_of(ticket), status=str(closed.pk))

    reason = "The workflow does not allow this move. Allowed: in_progress."
    assert errors_of(page) == {"__all__": [reason]}
    ticket.refresh_from_db()
    assert ticket.category == "TODO"


def test_edit_task_offers_the_columns_of_its_project(desk: Desk, task: Task, ticket: Task) -> None:
    column = desk.get(page_of(task)).context["adminform"].form.fields["status"]

    assert [status.key for status in column.queryset] == ["TODO", "IN_PROGRESS", "DONE"]


def test_edit_task_never_overwrites_somebody_else(desk: Desk, cast: Cast, task: Task) -> None:
    on_screen = fields_of(desk.get(page_of(task)))
    update_task(actor=by(cast.lea), task=task, changes={"title": "Sharpen the gears"})

    page = desk.post(page_of(task), on_screen | {"priority": "URGENT"})

    assert errors_of(page) == {"__all__": ["The object has changed since you read it."]}
    task.refresh_from_db()
    assert (task.title, task.priority) == ("Sharpen the gears", "MEDIUM")


def test_edit_task_without_its_day_forgets_the_hour(desk: Desk, cast: Cast, task: Task) -> None:
    day = {"due_date": date(2030, 1, 31), "due_time": "09:30"}
    update_task(actor=by(cast.lea), task=task, changes=day)

    assert desk.submit(page_of(task), due_date="").status_code == 302

    task.refresh_from_db()
    assert (task.due_date, task.due_time) == (None, None)


def test_add_task_takes_the_next_number(desk: Desk, root: User, task: Task) -> None:
    answer = desk.submit(add_page_of(Task), project=str(task.project_id), title="Polish")

    assert answer.status_code == 302
    made = Task.objects.get(title="Polish")
    assert (made.number, made.created_by) == (2, root)
    assert LogEntry.objects.get().object_id == str(made.pk)


def test_add_task_to_an_archived_project_is_refused(
    desk: Desk, cast: Cast, project: Project
) -> None:
    archive_project(actor=by(cast.ada), project=project)

    page = desk.submit(add_page_of(Task), project=str(project.pk), title="Polish")

    assert errors_of(page) == {"__all__": ["The project is archived."]}
    assert not Task.objects.exists()


def test_delete_task_keeps_the_row(desk: Desk, root: User, task: Task) -> None:
    Comment.objects.create(
        workspace_id=task.workspace_id, task=task, author=root, content="Not yet"
    )

    desk.delete_row(task)

    task.refresh_from_db()
    assert task.deleted_at is not None
    assert logged(task)[-1] == ("deleted", str(root.pk))


def test_delete_chosen_tasks(desk: Desk, task: Task, ticket: Task) -> None:
    desk.act("delete_selected", task, ticket, post="yes")

    assert Task.objects.filter(deleted_at=None).count() == 0
    assert logged(task)[-1][0] == logged(ticket)[-1][0] == "deleted"


def test_a_deleted_task_is_found_and_read_but_not_changed(
    desk: Desk, cast: Cast, task: Task
) -> None:
    delete_task(actor=by(cast.lea), task=task)

    assert list(desk.get(list_of(Task)).context["cl"].result_list) == []
    assert list(desk.get(list_of(Task), {"deleted": "yes"}).context["cl"].result_list) == [task]
    assert desk.get(page_of(task)).status_code == 200
    assert desk.post(page_of(task), {"title": "Back"}).status_code == 403


def test_mark_done_moves_every_chosen_task(desk: Desk, cast: Cast, task: Task) -> None:
    other = create_task(actor=by(cast.lea), project=task.project, title="Polish")

    page = desk.act("mark_done", task, other)

    assert told(page) == ["Marked as done: 2."]
    assert Task.objects.filter(category="DONE").count() == 2
    assert logged(other)[-1][0] == "status_changed"


def test_mark_done_does_all_or_nothing(desk: Desk, task: Task, ticket: Task) -> None:
    page = desk.act("mark_done", task, ticket)

    assert told(page) == ["The workflow does not allow this move. Allowed: in_progress."]
    assert not Task.objects.filter(category="DONE").exists()


def test_tasks_are_found_by_the_key_people_use(desk: Desk, task: Task, ticket: Task) -> None:
    key = f"{ticket.project.key}-{ticket.number}".lower()

    assert list(desk.get(list_of(Task), {"q": key}).context["cl"].result_list) == [ticket]


def test_comment_on_a_task_from_its_page(desk: Desk, root: User, task: Task) -> None:
    new = {"comments-TOTAL_FORMS": "1", "comments-0-content": "Which oil?"}

    assert desk.submit(page_of(task), **new).status_code == 302

    said = Comment.objects.get()
    assert (said.content, said.author, said.task) == ("Which oil?", root, task)
    assert Event.objects.filter(entity_id=said.pk, action="commented").exists()


def test_delete_a_task_and_restore_it(desk: Desk, task: Task) -> None:
    desk.delete_row(task)
    deleted = f"{list_of(Task)}?deleted=yes"
    assert list(desk.get(deleted).context["cl"].result_list) == [task]

    chosen = {"action": "bring_back", "_selected_action": [str(task.pk)]}
    page = desk.post(deleted, chosen, follow=True)

    assert told(page)[-1] == "Restored: 1."
    task.refresh_from_db()
    assert task.deleted_at is None
    assert logged(task)[-1][0] == "restored"
