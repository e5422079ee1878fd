"""Who is told of what: a table of what happens, and who finds it in their inbox."""

from collections.abc import Callable
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from comments.services.comments import add_comment, edit_comment
from identity.services.access import prove_address
from notifications.models import Notification
from notifications.services.hearers import hearers_of_assignments, hearers_of_new_members
from notifications.services.hearers.following import about_task, readers_among
from notifications.services.inbox import mute_task
from notifications.services.telling import tell
from projects.models import Project, ProjectMembership
from projects.services.members import (
    add_project_member,
    remove_project_member,
    set_project_lead,
    set_project_role,
)
from tasks.events import TaskAssigned
from tasks.models import Task
from tasks.services.bulk import Change, change_tasks
from tasks.services.tasks import create_task, delete_task, transition_task, update_task
from tasks.services.watchers import watch_task
from tests.support.actors import by
from tests.support.cast import Cast
from workspaces.events import MemberAdded
from workspaces.models import Invitation, Membership
from workspaces.services.invitations import invite_person, resend_invitation, revoke_invitation
from workspaces.services.members import change_member_role, make_owner, remove_member
from workspaces.services.workspaces import add_member

pytestmark = pytest.mark.django_db
Doing = Callable[[Cast, Task], Any]


@pytest.fixture
def task(cast: Cast) -> Task:
    """Lea's task, given to Max and watched by Pia."""
    made = create_task(actor=by(cast.lea), project=cast.project, title="Oil", assignee=cast.max)
    watch_task(actor=by(cast.pia), task=made, person=cast.pia)
    return made


def heard() -> set[str]:
    """`MAX ASSIGNED` for each notification."""
    rows = Notification.objects.filter(in_inbox=True).select_related("recipient")
    return {f"{row.recipient.name} {row.kind}" for row in rows}


def named(cast: Cast, *names: str) -> str:
    return " ".join(f"@[x]({getattr(cast, name).pk})" for name in names)


def column(cast: Cast, key: str) -> Any:
    return cast.project.statuses.get(key=key)


def edit(**changes: Any) -> Doing:
    def do(cast: Cast, task: Task) -> None:
        known = {k: getattr(cast, v) if k == "assignee" and v else v for k, v in changes.items()}
        update_task(actor=by(cast.lea), task=task, changes=known)

    return do


TABLE: dict[str, tuple[Doing, set[str]]] = {
    "reassigned": (edit(assignee="ada"), {"Ada ASSIGNED", "Max UNASSIGNED"}),
    "taken away": (edit(assignee=None), {"Max UNASSIGNED"}),
    "taken by the actor": (edit(assignee="lea"), {"Max UNASSIGNED"}),
    "a new title": (edit(title="Grease"), set()),
    "moved by Lea": (
        lambda cast, task: transition_task(
            actor=by(cast.lea), task=task, status=column(cast, "IN_PROGRESS")
        ),
        {"Max STATUS_CHANGED", "Pia STATUS_CHANGED"},
    ),
    "moved by Max": (
        lambda cast, task: transition_task(
            actor=by(cast.max), task=task, status=column(cast, "IN_PROGRESS")
        ),
        {"Lea STATUS_CHANGED", "Pia STATUS_CHANGED"},
    ),
    "a comment": (
        lambda cast, task: add_comment(actor=by(cast.ada), task=task, content="Why?"),
        {"Lea COMMENTED", "Max COMMENTED", "Pia COMMENTED"},
    ),
    "a comment that mentions": (
        lambda cast, task: add_comment(
            actor=by(cast.ada), task=task, content=f"{named(cast, 'max', 'moe', 'ada', 'gus')}?"
        ),
        {"Lea COMMENTED", "Pia COMMENTED", "Max MENTIONED", "Moe MENTIONED"},
    ),
    "a description that mentions": (
        lambda cast, task: edit(description=named(cast, "moe", "sam"))(cast, task),
        {"Moe MENTIONED"},
    ),
}


@pytest.mark.parametrize("what", TABLE)
def test_of_a_task_hear(cast: Cast, task: Task, what: str) -> None:
    do, expected = TABLE[what]
    Notification.objects.all().delete()
    do(cast, task)
    assert heard() == expected


def test_an_edited_text_tells_only_whom_it_did_not_mention_before(cast: Cast, task: Task) -> None:
    comment = add_comment(actor=by(cast.ada), task=task, content=named(cast, "max"))
    task = update_task(actor=by(cast.ada), task=task, changes={"description": named(cast, "max")})
    Notification.objects.all().delete()

    edit_comment(actor=by(cast.ada), comment=comment, content=named(cast, "max", "moe"))
    update_task(actor=by(cast.ada), task=task, changes={"description": named(cast, "max", "pia")})

    assert heard() == {"Moe MENTIONED", "Pia MENTIONED"}


def place_of(cast: Cast, user: User) -> Membership:
    return Membership.objects.get(workspace=cast.workspace, user=user)


def invite_proved(cast: Cast) -> Invitation:
    prove_address(cast.sam, cast.sam.email)
    return invite_person(actor=by(cast.ada), workspace=cast.workspace, email=cast.sam.email)


PLACES: dict[str, tuple[Callable[[Cast], Any], set[str]]] = {
    "a member of the workspace": (
        lambda cast: add_member(actor=by(cast.ada), workspace=cast.workspace, email=cast.sam.email),
        {"Sam MEMBERSHIP_CHANGED"},
    ),
    "another role": (
        lambda cast: change_member_role(
            actor=by(cast.ada), membership=place_of(cast, cast.moe), role="PM"
        ),
        {"Moe MEMBERSHIP_CHANGED"},
    ),
    "removed from the workspace": (
        lambda cast: remove_member(actor=by(cast.ada), membership=place_of(cast, cast.moe)),
        {"Moe MEMBERSHIP_CHANGED"},
    ),
    "who leaves hears nothing": (
        lambda cast: remove_member(actor=by(cast.moe), membership=place_of(cast, cast.moe)),
        set(),
    ),
    "a new owner": (
        lambda cast: make_owner(cast.workspace, place_of(cast, cast.pia), actor=by(cast.ada)),
        {"Pia MEMBERSHIP_CHANGED"},
    ),
    "a member of the project": (
        lambda cast: add_project_member(actor=by(cast.lea), project=cast.project, person=cast.moe),
        {"Moe MEMBERSHIP_CHANGED"},
    ),
    "another role in the project": (
        lambda cast: set_project_role(
            actor=by(cast.lea), project=cast.project, person=cast.max, role="VIEWER"
        ),
        {"Max MEMBERSHIP_CHANGED"},
    ),
    "removed from the project": (
        lambda cast: remove_project_member(
            actor=by(cast.lea), project=cast.project, person=cast.max
        ),
        {"Max MEMBERSHIP_CHANGED"},
    ),
    "another lead": (
        lambda cast: set_project_lead(actor=by(cast.ada), project=cast.project, person=cast.max),
        {"Max LEAD_CHANGED", "Lea LEAD_CHANGED"},
    ),
    "no lead any more": (
        lambda cast: set_project_lead(actor=by(cast.ada), project=cast.project, person=None),
        {"Lea LEAD_CHANGED"},
    ),
    "an invitation to an address that is proved": (invite_proved, {"Sam INVITED"}),
    "an invitation to an address that is not": (
        lambda cast: invite_person(
            actor=by(cast.ada), workspace=cast.workspace, email=cast.sam.email
        ),
        set(),
    ),
}


@pytest.mark.parametrize("what", PLACES)
def test_of_a_place_hear(cast: Cast, what: str) -> None:
    do, expected = PLACES[what]
    Notification.objects.all().delete()
    do(cast)
    assert heard() == expected


def test_who_is_added_by_a_provider_hears_nothing(cast: Cast) -> None:
    added = MemberAdded(actor=by(None), membership=place_of(cast, cast.moe))
    assert hearers_of_new_members([added]) == []


def test_an_invitation_that_is_over_is_read(cast: Cast) -> None:
    invitation = invite_proved(cast)
    resend_invitation(actor=by(cast.ada), invitation=invitation)
    assert Notification.objects.unread().filter(recipient=cast.sam).count() == 2

    revoke_invitation(actor=by(cast.ada), invitation=invitation)

    assert not Notification.objects.unread().filter(recipient=cast.sam).exists()


def test_who_cannot_read_the_task_today_hears_nothing(cast: Cast, task: Task) -> None:
    """Pia, who watches, and Lea, whose task it is, have no role in a private project."""
    cast.project.visibility = "PRIVATE"
    cast.project.save()
    ProjectMembership.objects.filter(user=cast.lea).delete()
    Notification.objects.all().delete()

    add_comment(actor=by(cast.ada), task=task, content="Psst")
    update_task(actor=by(cast.ada), task=task, changes={"assignee": None})

    assert heard() == {"Max COMMENTED", "Max UNASSIGNED"}


def test_readers_are_those_whom_the_table_of_rights_lets_read(cast: Cast, task: Task) -> None:
    everybody = User.objects.all()
    User.objects.filter(pk=cast.pia.pk).update(is_active=False)
    for visibility in ("WORKSPACE", "PRIVATE"):
        Project.objects.filter(pk=cast.project.pk).update(visibility=visibility)
        for role in ("ADMIN", "PM", "MEMBER", "GUEST", "BILLING"):
            Membership.objects.filter(user=cast.moe).update(role=role)
            found = readers_among({(task.pk, each.pk) for each in everybody}, actor=by(None))
            expected = {
                (task.pk, each.pk)
                for each in everybody.filter(is_active=True)
                if Task.objects.visible_to(by(each)).filter(pk=task.pk).exists()
            }
            assert found == expected


def test_a_muted_task_tells_what_is_meant_for_one(cast: Cast, task: Task) -> None:
    for each in (cast.ada, cast.max, cast.moe, cast.pia):
        mute_task(actor=by(each), task=task)
    Notification.objects.all().delete()

    add_comment(actor=by(cast.pia), task=task, content=f"Look, {named(cast, 'moe')}")
    task = transition_task(actor=by(cast.pia), task=task, status=column(cast, "IN_PROGRESS"))
    update_task(actor=by(cast.lea), task=task, changes={"assignee": cast.ada})

    assert heard() == {
        "Lea COMMENTED",
        "Lea STATUS_CHANGED",
        "Moe MENTIONED",
        "Ada ASSIGNED",
        "Max UNASSIGNED",
    }


def test_tell_drops_what_is_muted(cast: Cast, task: Task) -> None:
    mute_task(actor=by(cast.max), task=task)
    Notification.objects.all().delete()
    due = [about_task("DUE_TODAY", task, each.pk, "today") for each in (cast.max, cast.lea)]

    tell(actor=by(None), notifications=due)
    tell(actor=by(None), notifications=[about_task("DUE_TODAY", task, cast.lea.pk, "today")])

    assert [row.recipient for row in Notification.objects.all()] == [cast.lea]


def test_of_a_deleted_task_nobody_hears(cast: Cast, task: Task) -> None:
    Notification.objects.all().delete()
    delete_task(actor=by(cast.lea), task=task)
    remove_member(actor=by(cast.ada), membership=place_of(cast, cast.max))
    assert "Max UNASSIGNED" not in heard()
    assert "Lea ASSIGNED" not in heard()


def test_a_handover_tells_the_successor_of_each_task(cast: Cast, task: Task) -> None:
    other = create_task(actor=by(cast.lea), project=cast.project, title="B", assignee=cast.max)
    Notification.objects.all().delete()

    remove_member(actor=by(cast.ada), membership=place_of(cast, cast.max))

    told = Notification.objects.filter(kind="ASSIGNED", recipient=cast.lea)
    assert {row.task_id for row in told} == {task.pk, other.pk}
    assert "Max UNASSIGNED" not in heard()


def test_many_tasks_take_as_many_statements_as_one(cast: Cast) -> None:
    def count(tasks: list[Task], changes: dict[str, Any]) -> int:
        with CaptureQueriesContext(connection) as asked:
            wanted = [Change(task=task, fields=changes) for task in tasks]
            change_tasks(actor=by(cast.lea), wanted=wanted)
        return sum("notifications_" in query["sql"] for query in asked.captured_queries)

    tasks = [
        create_task(actor=by(cast.lea), project=cast.project, title=str(n), assignee=cast.max)
        for n in range(9)
    ]
    to = {"status": column(cast, "IN_PROGRESS")}
    assert count(tasks[:1], to) == count(tasks[1:], to)
    to = {"assignee": cast.ada}
    assert count(tasks[:1], to) == count(tasks[1:], to)


def test_who_works_alone_causes_no_row_and_one_question(cast: Cast) -> None:
    alone = create_task(actor=by(cast.lea), project=cast.project, title="Mine", assignee=cast.lea)
    with CaptureQueriesContext(connection) as asked:
        transition_task(actor=by(cast.lea), task=alone, status=column(cast, "IN_PROGRESS"))
        add_comment(actor=by(cast.lea), task=alone, content="Done soon")
    texts = [query["sql"] for query in asked.captured_queries if "notifications_" in query["sql"]]
    assert len([text for text in texts if "mutedtask" in text]) == 2
    assert not Notification.objects.filter(task=alone).exists()


def test_what_is_told_twice_is_there_once(cast: Cast, task: Task) -> None:
    before = Notification.objects.count()
    event = TaskAssigned(actor=by(cast.lea), task=task, before=None)
    for _ in range(2):
        tell(actor=by(cast.lea), notifications=hearers_of_assignments([event]))
    assert Notification.objects.count() == before
