"""What holds for every list: paging, its cursor, its limits, its cost."""

from itertools import permutations
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from attachments.models import Attachment
from comments.models import Comment, Emoji, Revision
from comments.services.comments import add_comment, edit_comment
from comments.services.reactions import add_reaction
from projects.models import Project, ProjectMembership, Transition
from projects.services.projects import create_project
from projects.services.transitions import set_transitions
from tasks.models import Label, SavedFilter, Task, Watcher
from tasks.services.labels import add_label
from tasks.services.saved_filters import save_filter
from tasks.services.tasks import create_task
from tasks.services.watchers import watch_task
from tests.support.actors import by
from tests.support.cast import Cast, Client, client_of
from tests.support.factories import AttachmentFactory, UserFactory
from tests.support.relations import block, rows_of_blocks, some_tasks
from tests.workspaces.inviting import invite
from workspaces.models import Invitation, Membership, Workspace
from workspaces.services.workspaces import add_member, create_workspace

LISTS = [
    "/api/workspaces",
    "/api/workspaces/{workspace}/members",
    "/api/workspaces/{workspace}/invitations",
    "/api/projects",
    "/api/projects?workspace={workspace}",
    "/api/projects/{project}/members",
    "/api/projects/{project}/statuses",
    "/api/projects/{project}/transitions",
    "/api/projects/{project}/labels",
    "/api/tasks/{task}/watchers",
    "/api/projects/{project}/tasks",
    "/api/projects/{project}/tasks?include=comments,html",
    "/api/tasks/{task}/relations",
    "/api/tasks/{task}/dependencies",
    "/api/tasks/{task}/dependents",
    "/api/projects/{project}/tasks?include=labels,mentions,subtasks",
    "/api/tasks/{task}/comments",
    "/api/comments/{comment}/history",
    "/api/projects/{project}/filters",
    "/api/tasks/recent?workspace={workspace}",
    "/api/projects/{project}/tasks?include=attachments,attachment_count",
    "/api/tasks/{task}/attachments",
]
ALIASES = [
    "/api/workspace",
    "/api/workspace/{workspace}/members",
    "/api/project?workspaceId={workspace}",
    "/api/projects/workspace/{workspace}",
    "/api/projects/workspace/{workspace}/projects",
    "/api/tasks/project/{project}/tasks",
    "/api/comments/task/{task}/comments",
]
EVERY = [*LISTS, *ALIASES]
every_list = pytest.mark.parametrize("path", EVERY)


def talked_about(task: Task) -> Comment:
    """The comment whose texts are listed."""
    found: Comment = task.comments.earliest("created_at")
    return found


def grow(cast: Cast, task: Task, count: int) -> None:
    """So many more of everything that is listed."""
    for n in range(count):
        create_workspace(actor=by(cast.ada), name=f"Workspace {n}")
        invite(cast, f"{uuid4().hex}@example.com")
        aside = create_project(
            actor=by(cast.ada), workspace=cast.workspace, name=f"Project {n}", team_lead=cast.lea
        )
        label = add_label(actor=by(cast.lea), project=cast.project, name=uuid4().hex)
        create_task(
            actor=by(cast.lea),
            project=cast.project,
            title=f"Task {n}",
            assignee=cast.max,
            parent=task,
            labels=[label],
        )
        person = UserFactory.create()
        add_member(actor=by(cast.ada), workspace=cast.workspace, email=person.email, role="MEMBER")
        watch_task(actor=by(cast.lea), task=task, person=person)
        said = add_comment(actor=by(cast.moe), task=task, content=f"Comment {n} @max")
        add_comment(actor=by(cast.moe), task=task, content="Yes", parent=said)
        add_reaction(actor=by(cast.lea), comment=said, emoji=Emoji.values[n])
        edit_comment(actor=by(cast.ada), comment=talked_about(task), content=uuid4().hex)
        before, after = some_tasks(cast, 2, aside)
        block(cast, before, task, after)
        save_filter(actor=by(cast.ada), project=cast.project, name=f"Filter {n}", parameters={})
        AttachmentFactory.create(task=task, uploaded_by=cast.moe)
    columns = list(cast.project.statuses.all())
    moves = list(permutations(columns, 2))[: 1 + Transition.objects.count() + count]
    set_transitions(actor=by(cast.lea), project=cast.project, moves=moves)


@pytest.fixture
def paths(cast: Cast, comment: Comment) -> dict[str, object]:
    here = {"workspace": cast.workspace.pk, "project": cast.project.pk}
    return {**here, "task": comment.task_id, "comment": comment.pk}


@pytest.fixture
def client(cast: Cast) -> Client:
    return client_of(cast.ada)


def with_query(path: str, query: str) -> str:
    return f"{path}{'&' if '?' in path else '?'}{query}"


def page_of(answer: dict[str, Any]) -> tuple[list[Any], str | None]:
    """The items of a page and its cursor, in either of the two shapes."""
    if "meta" in answer:
        return answer["data"], answer["meta"]["next_cursor"]
    return answer["data"]["items"], answer["data"]["nextCursor"]


def cost(client: Client, path: str) -> int:
    with CaptureQueriesContext(connection) as captured:
        client.ask("GET", path)
    return sum("SAVEPOINT" not in query["sql"] for query in captured)


def test_every_list_costs_the_same_for_one_row_and_for_three(
    cast: Cast, client: Client, task: Task, paths: dict[str, object]
) -> None:
    grow(cast, task, 1)
    before = {path: cost(client, path.format(**paths)) for path in EVERY}
    grow(cast, task, 2)
    assert {path: cost(client, path.format(**paths)) for path in EVERY} == before
    assert {path: count for path, count in before.items() if count > 6} == {}


def walked(client: Client, path: str, most: int) -> list[Any]:
    """What so many pages of two show."""
    found, query = [], "limit=2"
    for _ in range(most):
        items, cursor = page_of(client.ask("GET", with_query(path, query)))
        found += items
        query = f"limit=2&cursor={cursor}"
        if cursor is None:
            break
    return found


def test_paging_walks_everything_of_every_list_exactly_once(
    cast: Cast, client: Client, task: Task, paths: dict[str, object]
) -> None:
    grow(cast, task, 4)
    for path in (path.format(**paths) for path in EVERY):
        everything, cursor = page_of(client.ask("GET", path))
        assert (cursor, len(everything) >= 3) == (None, True), path
        assert walked(client, path, len(everything)) == everything, path


@every_list
def test_a_limit_outside_its_bounds_is_refused(
    client: Client, paths: dict[str, object], path: str
) -> None:
    for limit in ("0", "-1", "201", "1000000000", "ten", "", "2.5", "\u0661"):
        refusal = client.ask("GET", with_query(path.format(**paths), f"limit={limit}"), status=400)
        assert refusal["code"] == "invalid"
        assert refusal["errors"] == {"limit": ["A whole number from 1 to 200."]}


@every_list
def test_an_unknown_parameter_is_refused(
    client: Client, paths: dict[str, object], path: str
) -> None:
    refusal = client.ask("GET", with_query(path.format(**paths), "assigne=me"), status=400)
    assert refusal["code"] == "invalid"
    assert refusal["errors"] == {"assigne": ["Unknown parameter."]}


@every_list
def test_only_declared_orderings_are_accepted(
    client: Client, paths: dict[str, object], path: str
) -> None:
    for name in ("password", "-email", "--created_at", "id;drop", "owner__email", "%00"):
        refusal = client.ask(
            "GET", with_query(path.format(**paths), f"ordering={name}"), status=400
        )
        assert list(refusal["errors"]) == ["ordering"]


def test_a_cursor_from_elsewhere_is_refused_by_every_list(
    cast: Cast, client: Client, task: Task, paths: dict[str, object]
) -> None:
    grow(cast, task, 2)
    foreign = client.ask("GET", "/api/workspaces?limit=1&ordering=-name")["meta"]["next_cursor"]
    for path in (path.format(**paths) for path in EVERY):
        _, cursor = page_of(client.ask("GET", with_query(path, "limit=1")))
        assert cursor, path
        tampered = cursor[:5] + ("A" if cursor[5] != "A" else "B") + cursor[6:]
        for wrong in (tampered, foreign, cursor[:-1], "x", "%00", "a:b:c"):
            refusal = client.ask("GET", with_query(path, f"cursor={wrong}"), status=400)
            assert refusal["code"] == "invalid_cursor", (path, wrong)


def test_a_cursor_belongs_to_its_filters(cast: Cast, client: Client, task: Task) -> None:
    grow(cast, task, 2)
    path = f"/api/projects/{cast.project.pk}/tasks"
    cursor = client.ask("GET", f"{path}?limit=1&assignee=none")["meta"]["next_cursor"]
    assert cursor is None
    cursor = client.ask("GET", f"{path}?limit=1&type=TASK")["meta"]["next_cursor"]
    client.ask("GET", f"{path}?type=TASK&cursor={cursor}")
    client.ask("GET", f"{path}?type=BUG&cursor={cursor}", status=400)


def test_more_pages_are_announced_in_a_link(cast: Cast, client: Client, task: Task) -> None:
    grow(cast, task, 1)
    path = f"/api/projects/{cast.project.pk}/tasks"
    first = client.get(f"{path}?limit=1")
    cursor = first.json()["meta"]["next_cursor"].replace(":", "%3A")
    assert first["Link"] == f'<http://testserver{path}?limit=1&cursor={cursor}>; rel="next"'
    last = client.get(first["Link"].split(">")[0][1:])
    assert last.json()["meta"] == {"next_cursor": None}
    assert not last.has_header("Link")


def test_sixty_rows_are_all_told_to_clients_that_never_page_and_fifty_to_others(
    cast: Cast, client: Client, task: Task, paths: dict[str, object]
) -> None:
    crowd(cast, task, 60)
    for path in (path.format(**paths) for path in ALIASES):
        everything, cursor = page_of(client.ask("GET", path))
        assert (len(everything) > 60, cursor) == (True, None), path
        limited, cursor = page_of(client.ask("GET", with_query(path, "limit=5")))
        assert (limited, bool(cursor)) == (everything[:5], True), path
    for path in (
        path.format(**paths) for path in LISTS if not path.endswith(("statuses", "transitions"))
    ):
        items, cursor = page_of(client.ask("GET", path))
        assert (len(items), bool(cursor)) == (50, True), path


def crowd(cast: Cast, task: Task, count: int) -> None:
    """So many rows of every kind, written at once."""
    here, n = {"workspace": cast.workspace}, range(count)
    add_comment(actor=by(cast.ada), task=task, content="First")
    people = User.objects.bulk_create(User(email=f"{i}@crowd.example.com") for i in n)
    places = Workspace.objects.bulk_create(
        Workspace(name="W", slug=f"w{i}", owner=cast.ada) for i in n
    )
    Membership.objects.bulk_create(Membership(workspace=w, user=cast.ada) for w in places)
    Membership.objects.bulk_create(Membership(user=person, **here) for person in people)
    sent = {"role": "PM", "sent_at": timezone.now(), "expires_at": timezone.now()}
    Invitation.objects.bulk_create(
        Invitation(email=f"{i}@crowd.example.com", token_hash=str(i), **sent, **here) for i in n
    )
    joined = [ProjectMembership(project=cast.project, user=person, **here) for person in people]
    ProjectMembership.objects.bulk_create(joined)
    Project.objects.bulk_create(Project(key=f"K{i}", created_by=cast.ada, **here) for i in n)
    Watcher.objects.bulk_create(Watcher(task=task, user=person, **here) for person in people)
    Label.objects.bulk_create(Label(project=cast.project, name=f"L{i}", **here) for i in n)
    Comment.objects.bulk_create(Comment(task=task, author=cast.ada, **here) for _ in n)
    said = {"comment": talked_about(task), "author": cast.ada}
    Revision.objects.bulk_create(Revision(**said, **here) for _ in n)
    SavedFilter.objects.bulk_create(
        SavedFilter(name="F", project=cast.project, owner=cast.ada, **here) for _ in n
    )
    files = AttachmentFactory.build_batch(count, task=task, uploaded_by=cast.ada, **here)
    Attachment.objects.bulk_create(files)
    same = {
        "project": cast.project,
        "status": task.status,
        "category": "TODO",
        "created_by": cast.ada,
    }
    rows = (Task(number=i + 9, position=i, **same, **here) for i in range(2 * count))
    tasks = Task.objects.bulk_create(rows)
    rows_of_blocks(cast, [*((t, task) for t in tasks[:count]), *((task, t) for t in tasks[count:])])
