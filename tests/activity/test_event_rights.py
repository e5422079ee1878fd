"""Who reads which events today, and what in them."""

from datetime import timedelta
from typing import Any

import pytest
from django.utils import timezone

from accounts.services.deletion import delete_person
from activity.models import Event
from activity.receivers import LOGGED
from activity.rights import OF_PROJECTS, OF_WORKSPACES
from comments.models import Comment
from comments.services.comments import delete_comment, edit_comment
from core.models import uuid7
from core.queries import insert
from core.retention import apply_rules
from projects.models import Project, Visibility
from projects.services.deletion import delete_project
from projects.services.members import add_project_member, remove_project_member
from projects.services.projects import create_project
from tasks.models import RelatedAs, Task
from tasks.services.relations import add_relation
from tasks.services.saved_filters import delete_filter, save_filter, update_filter
from tasks.services.tasks import create_task, delete_task, update_task
from tasks.services.transfers import transfer_task
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.context import without_context
from tests.support.log import activity_of, sentences_of, told
from tests.workspaces.inviting import invite
from workspaces.services.members import remove_member

OLD = timedelta(days=60)


@pytest.fixture
def secret(cast: Cast) -> Project:
    """A private project, which Lea leads."""
    private: dict[str, Any] = {
        "name": "Secret",
        "visibility": Visibility.PRIVATE,
        "team_lead": cast.lea,
    }
    project: Project = create_project(actor=by(cast.ada), workspace=cast.workspace, **private)
    return project


def test_every_entity_that_is_logged_is_decided_on() -> None:
    logged = {entity for entity, _ in LOGGED.values()}
    assert logged == {*OF_PROJECTS, *OF_WORKSPACES}, "decide in activity/rights.py who reads it"


def test_an_entity_that_is_not_decided_on_is_read_by_nobody(cast: Cast) -> None:
    known = {"workspace_id": cast.workspace.pk, "via": "system", "entity_id": uuid7()}
    for entity in ("rocket", "task", "workspace"):
        for project in (None, cast.project.pk):
            insert(Event(**known, entity=entity, action="tried", project_id=project))
    shown = activity_of(cast.ada, cast.workspace)
    tried = [(each["entity"], each["project_id"]) for each in shown if each["action"] == "tried"]
    assert tried == [("workspace", None), ("task", str(cast.project.pk))]


def test_a_private_project_is_read_by_who_is_in_it(cast: Cast, secret: Project) -> None:
    create_task(actor=by(cast.lea), project=secret, title="Hide")
    assert "Lea created SEC-1" in sentences_of(cast.lea, cast.workspace)
    assert "Lea created SEC-1" in sentences_of(cast.ada, cast.workspace)
    for person in (cast.pia, cast.max, cast.gus):
        assert "SEC" not in str(activity_of(person, cast.workspace)).upper()


def test_rights_are_those_of_today(cast: Cast, secret: Project) -> None:
    create_task(actor=by(cast.lea), project=secret, title="Hide")
    add_project_member(actor=by(cast.lea), project=secret, person=cast.gus)
    assert "Lea created SEC-1" in sentences_of(cast.gus, cast.workspace)
    remove_project_member(actor=by(cast.lea), project=secret, person=cast.gus)
    assert "Lea created SEC-1" not in sentences_of(cast.gus, cast.workspace)


def test_a_guest_reads_of_the_workspace_and_its_members_without_addresses(cast: Cast) -> None:
    shown = activity_of(cast.gus, cast.workspace)
    assert {each["entity"] for each in shown} == {"workspace", "membership"}
    assert {each["project_id"] for each in shown} == {None}
    assert "@" not in str(shown)
    assert "ada@example.com" in str(activity_of(cast.moe, cast.workspace))


def test_invitations_and_requests_are_read_with_the_right_to_the_audit(cast: Cast) -> None:
    invite(cast)
    path = f"/api/projects/{cast.project.pk}"
    request: dict[str, Any] = {"X-Request-ID": "r1"}
    client_of(cast.lea).ask("PATCH", path, {"name": "Motor"}, **request)
    for person, reads in ((cast.ada, True), (cast.pia, False), (cast.moe, False)):
        shown = activity_of(person, cast.workspace)
        assert ("invitation" in {each["entity"] for each in shown}) is reads
        [renamed] = [each for each in shown if each["action"] == "updated"]
        assert renamed["request_id"] == ("r1" if reads else None)


def test_a_private_filter_is_told_its_owner_only(cast: Cast) -> None:
    saved = save_filter(actor=by(cast.moe), project=cast.project, name="Hush", parameters={})
    update_filter(actor=by(cast.moe), saved_filter=saved, changes={"name": "Quiet"})
    assert len(activity_of(cast.moe, cast.workspace, entity="saved_filter")) == 2
    assert activity_of(cast.ada, cast.workspace, entity="saved_filter") == []
    update_filter(actor=by(cast.moe), saved_filter=saved, changes={"is_shared": True})
    update_filter(actor=by(cast.moe), saved_filter=saved, changes={"name": "Loud"})
    told_shared = activity_of(cast.ada, cast.workspace, entity="saved_filter")
    assert [each["changes"] for each in told_shared[1:]] == [{}]
    assert told_shared[0]["changes"] == {"name": {"old": "Quiet", "new": "Loud"}}
    update_filter(actor=by(cast.moe), saved_filter=saved, changes={"is_shared": False})
    delete_filter(actor=by(cast.moe), saved_filter=saved)
    told_now = activity_of(cast.ada, cast.workspace, entity="saved_filter")
    assert len(told_now) == 3
    assert "Loud" not in str(told_now)


def test_titles_of_deleted_and_purged_tasks_are_gone(cast: Cast, task: Task) -> None:
    update_task(actor=by(cast.lea), task=task, changes={"title": "Hush", "description": "Hush"})
    assert "Hush" in str(activity_of(cast.max, cast.workspace))
    delete_task(actor=by(cast.lea), task=task)
    shown = activity_of(cast.max, cast.workspace, entity="task")
    assert "Hush" not in str(shown)
    assert "gears" not in str(shown)
    assert shown[0]["sentence"] == "Lea deleted ENG-1"
    assert shown[0]["task"] == {"id": str(task.pk), "key": "ENG-1", "title": None}
    Task.objects.update(deleted_at=timezone.now() - OLD)
    purge()
    shown = activity_of(cast.max, cast.workspace, entity="task")
    assert shown[0]["sentence"] == "The texts of ENG-1 were erased"
    assert shown[0]["project_id"] == str(cast.project.pk)
    assert "Hush" not in str(shown)


def purge() -> None:
    with without_context():
        apply_rules(within=5)


def test_edits_of_a_deleted_comment_are_gone(cast: Cast, comment: Comment) -> None:
    edit_comment(actor=by(cast.max), comment=comment, content="Hush")
    assert "Hush" in str(activity_of(cast.lea, cast.workspace))
    delete_comment(actor=by(cast.max), comment=comment)
    [_, edited, _] = activity_of(cast.lea, cast.workspace, entity="comment")
    assert edited["changes"]["content"] is None
    Comment.objects.update(deleted_at=timezone.now() - OLD)
    purge()
    [purged, *_] = activity_of(cast.lea, cast.workspace, entity="comment")
    assert purged["sentence"] == "The text of a deleted comment on ENG-1 was erased"


def test_of_a_deleted_project_it_is_told_that_it_is_gone(cast: Cast, task: Task) -> None:
    delete_project(actor=by(cast.lea), project=cast.project)
    shown = activity_of(cast.moe, cast.workspace)
    [gone] = [each for each in shown if each["entity"] not in OF_WORKSPACES]
    assert (gone["sentence"], gone["changes"]) == ("Lea deleted a project", {})
    assert gone["entity_id"] == str(cast.project.pk)
    assert "project" not in {each["entity"] for each in activity_of(cast.gus, cast.workspace)}


def test_a_moved_task_is_told_where_it_left_and_where_it_is(
    cast: Cast, secret: Project, task: Task
) -> None:
    transfer_task(actor=by(cast.lea), task=task, project=secret)
    [moved] = activity_of(cast.max, cast.workspace, action="transferred")
    assert moved["sentence"] == "Lea moved a task to another project"
    assert (moved["changes"], moved["project_id"]) == ({}, None)
    assert moved["task"] == {"id": str(task.pk), "key": None, "title": None}
    shown = str(activity_of(cast.max, cast.workspace))
    assert "gears" not in shown
    assert "SEC" not in shown
    [moved] = activity_of(cast.lea, cast.workspace, action="transferred")
    assert moved["sentence"] == "Lea moved SEC-1 to the project Secret"
    assert moved["changes"]["key"] == {"old": "ENG-1", "new": "SEC-1"}


def test_a_task_from_a_private_project_does_not_tell_of_it(cast: Cast, secret: Project) -> None:
    task = create_task(actor=by(cast.lea), project=secret, title="Hide")
    transfer_task(actor=by(cast.lea), task=task, project=cast.project)
    [moved] = told(cast.max, f"/api/tasks/{task.pk}/activity")
    assert moved["sentence"] == "Lea moved ENG-1 to the project Engine"
    assert moved["changes"]["key"] == {"old": None, "new": "ENG-1"}
    assert str(secret.pk) not in str(moved)


def test_a_relation_does_not_tell_of_a_task_that_may_not_be_seen(
    cast: Cast, secret: Project, task: Task
) -> None:
    other = create_task(actor=by(cast.lea), project=secret, title="Hide")
    add_relation(actor=by(cast.lea), task=task, other=other, kind=RelatedAs.BLOCKS)
    [related] = activity_of(cast.max, cast.workspace, action="related")
    assert related["sentence"] == "Lea related ENG-1 to another task"
    assert related["changes"] == {"blocks": {"old": None, "new": None}}


def test_of_a_deleted_person_a_tombstone_is_left(cast: Cast, task: Task) -> None:
    update_task(actor=by(cast.max), task=task, changes={"description": "Hush"})
    delete_person(actor=by(None), person=cast.max)
    [edited] = activity_of(cast.lea, cast.workspace, entity="task", action="updated")
    assert edited["sentence"] == "Deleted user changed the description of ENG-1"
    assert (edited["actor"]["name"], edited["actor"]["email"]) == ("Deleted user", None)
    assert edited["changes"]["description"] is None


def test_who_has_left_the_workspace_reads_nothing_of_it(cast: Cast) -> None:
    path = f"/api/activity?workspace={cast.workspace.pk}"
    assert told(cast.max, path)
    membership = cast.workspace.memberships.get(user=cast.max)
    remove_member(actor=by(cast.ada), membership=membership)
    client_of(cast.max).ask("GET", path, status=403)
    assert not Event.objects.visible_to(by(cast.max)).exists()
    assert Event.objects.visible_to(by(cast.ada)).exists()


def test_nobody_reads_what_is_elsewhere(cast: Cast, settings: Any) -> None:
    settings.HIDE_FOREIGN_OBJECTS = True
    place = cast.workspace.pk
    for path in (f"/api/activity?workspace={place}", f"/api/workspaces/{place}/events"):
        client_of(cast.sam).ask("GET", path, status=404)
    assert {each["entity"] for each in activity_of(cast.sam, cast.elsewhere)} == {"workspace"}
