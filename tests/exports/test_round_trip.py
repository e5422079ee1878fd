"""A workspace that is exported, imported into an empty one, and exported again."""

from collections import Counter
from typing import Any

import pytest

from activity.models import Event
from attachments.models import Attachment, StoredBytes
from comments.models import Comment
from imports.services import whole_workspaces
from jobs.models import Job
from jobs.services.running import run_due_jobs
from jobs.services.submission import cancel_job
from notifications.models import Notification
from outbox.models import Delivery
from projects.models import Project
from tasks.models import StatusChange, Task
from tasks.services.tasks import create_task
from tests.exports.exporting import exported, rows
from tests.exports.importing import ask_import, content_without_ids, imported, uploaded
from tests.exports.whole import PLAN, fill
from tests.support.actors import by
from tests.support.cast import Cast, Client, client_of
from workspaces.models import Membership, Workspace
from workspaces.services.workspaces import create_workspace

pytestmark = pytest.mark.django_db

WHOLE = {"what": "workspace", "format": "jsonl", "with_files": True}


@pytest.fixture
def ada(cast: Cast) -> Client:
    return client_of(cast.ada)


@pytest.fixture
def whole(cast: Cast, ada: Client) -> bytes:
    fill(cast)
    return exported(ada, cast, **WHOLE)


@pytest.fixture
def target(cast: Cast) -> Workspace:
    """An empty workspace of Ada's, with the same people."""
    made = create_workspace(actor=by(cast.ada), name="Copy")
    places = Membership.objects.filter(workspace=cast.workspace).exclude(user=cast.ada)
    Membership.objects.bulk_create(
        Membership(workspace=made, user=place.user, role=place.role, opened_at=place.opened_at)
        for place in places
    )
    return made


def exported_again(client: Client, cast: Cast, target: Workspace) -> bytes:
    values = {name: getattr(cast, name) for name in vars(cast)}
    return exported(client, Cast(**{**values, "workspace": target}), **WHOLE)


def test_the_same_content_is_there(
    cast: Cast, ada: Client, whole: bytes, target: Workspace
) -> None:
    job = imported(ada, target, whole)
    assert job.state == "COMPLETED", job.error
    again = exported_again(ada, cast, target)
    before, after = content_without_ids(whole), content_without_ids(again)
    for kind, lines in before.items():
        assert after[kind] == lines, kind
    assert job.result
    assert job.result["unmatched_people"] == 0
    assert job.result["rows"] == {name: len(lines) for name, lines in before.items()}


def test_the_board_and_the_log_are_as_usual(
    cast: Cast, ada: Client, whole: bytes, target: Workspace
) -> None:
    told = Notification.objects.count(), Delivery.objects.filter(channel="email").count()
    imported(ada, target, whole)
    project = Project.objects.get(workspace=target, key="ENG")
    shown = ada.ask("GET", f"/api/projects/{project.pk}/tasks")["data"]
    assert [task["title"] for task in shown] == ["Part", "=Whole"]
    new = create_task(actor=by(cast.ada), project=project, title="Next")
    assert (new.number, new.position) > (2, max(task["position"] for task in shown))
    events = Event.objects.filter(workspace_id=target.pk, origin="import")
    assert Counter(events.values_list("entity", "action")) == {
        ("project", "created"): 2,
        ("task", "created"): 3,
        ("task", "assigned"): 1,
        ("comment", "commented"): 2,
        ("attachment", "attached"): 1,
    }
    assert StatusChange.objects.filter(workspace=target).count() == 4
    ended = Notification.objects.count(), Delivery.objects.filter(channel="email").count()
    assert ended[1] == told[1]
    file = Attachment.objects.get(workspace=target)
    link = ada.ask("GET", f"/api/attachments/{file.pk}/download")["data"]["url"]
    assert link
    assert StoredBytes.objects.get(pk=target.pk).total >= len(PLAN)


def test_who_is_nobody_here_is_named_in_the_text(cast: Cast, whole: bytes, ada: Client) -> None:
    sam = client_of(cast.sam)
    job = imported(sam, cast.elsewhere, whole)
    assert job.state == "COMPLETED", job.error
    assert job.result
    assert job.result["unmatched_people"] == 6
    comment = Comment.objects.get(workspace=cast.elsewhere, parent=None)
    assert comment.author == cast.sam
    assert comment.content.startswith("Max, 20")
    assert comment.content.endswith("\n\n**On** it, @lea")
    assert set(
        Task.objects.filter(workspace=cast.elsewhere).values_list("assignee", flat=True)
    ) == {None}


def test_a_workspace_with_projects_is_left_alone(
    cast: Cast, ada: Client, whole: bytes, target: Workspace
) -> None:
    imported(ada, target, whole)
    path = f"/api/workspaces/{target.pk}/import-files"
    file = ada.ask("GET", path)["data"][0]["id"]
    body: dict[str, Any] = {
        "type": "import_workspace",
        "payload": {"file_id": file},
        "workspace_id": str(target.pk),
    }
    assert ada.ask("POST", "/api/jobs", body, status=409)["code"] == "workspace_not_empty"


def test_two_at_once_import_once(cast: Cast, ada: Client, whole: bytes, target: Workspace) -> None:
    jobs = [ask_import(ada, target, whole) for _ in range(2)]
    run_due_jobs(has_time=lambda: True)
    states = sorted(Job.objects.get(pk=job.pk).state for job in jobs)
    assert states == ["COMPLETED", "FAILED"]
    assert Task.objects.filter(workspace=target).count() == 3


def test_only_admins_import(cast: Cast, ada: Client, whole: bytes, target: Workspace) -> None:
    pia, sam = client_of(cast.pia), client_of(cast.sam)
    body: dict[str, Any] = {
        "type": "import_workspace",
        "payload": {"file_id": uploaded(pia, target, whole)},
        "workspace_id": str(target.pk),
    }
    assert pia.ask("POST", "/api/jobs", body, status=403)["required"] == "workspace:import"
    sam.ask("POST", "/api/jobs", body, status=400)
    ada.ask("POST", "/api/jobs", body, status=400)  # the file is Pia's
    body["payload"]["file_id"] = uploaded(ada, cast.workspace, whole)
    assert ada.ask("POST", "/api/jobs", body, status=409)["code"] == "import_file_gone"


def test_a_dry_run_leaves_nothing(cast: Cast, ada: Client, whole: bytes, target: Workspace) -> None:
    job = imported(ada, target, whole, dry_run=True)
    assert job.state == "COMPLETED", job.error
    assert job.result
    assert job.result["rows"]["tasks"] == 3
    assert not Project.objects.filter(workspace=target).exists()


@pytest.mark.parametrize("steps", [1, 20, 31, 33])
def test_what_is_cancelled_leaves_no_trace(
    cast: Cast, ada: Client, whole: bytes, target: Workspace, steps: int
) -> None:
    job = ask_import(ada, target, whole)
    stop_after(job, steps)
    assert not Project.objects.visible_to(by(cast.ada)).filter(workspace=target).exists()
    cancel_job(actor=by(cast.ada), job=Job.objects.get(pk=job.pk))
    run_due_jobs(has_time=lambda: True)
    job.refresh_from_db()
    assert job.state == "CANCELLED"
    for model in (Project, Task, Comment, Attachment):
        assert not model.objects.filter(workspace_id=target.pk).exists(), model
    assert imported(ada, target, whole).state == "COMPLETED"


def stop_after(job: Job, steps: int) -> None:
    """Take so many steps, then stop as if the worker was killed before the next one."""
    left = iter(range(steps))
    original = whole_workspaces.take_step

    def stopping(run: Any) -> Any:
        if next(left, None) is None:
            raise SystemExit
        return original(run)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(whole_workspaces, "take_step", stopping)
        with pytest.raises(SystemExit):
            run_due_jobs(has_time=lambda: True)
    Job.objects.filter(pk=job.pk).update(next_at="2020-01-01T00:00:00Z")


@pytest.mark.parametrize("steps", [3, 24, 35])
def test_another_worker_goes_on(
    cast: Cast, ada: Client, whole: bytes, target: Workspace, steps: int
) -> None:
    job = ask_import(ada, target, whole)
    stop_after(job, steps)
    run_due_jobs(has_time=lambda: True)
    job.refresh_from_db()
    assert job.state == "COMPLETED", job.error
    again = exported_again(ada, cast, target)
    assert content_without_ids(again) == content_without_ids(whole)
    assert len(rows(again, "attachments")) == 1
