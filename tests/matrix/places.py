"""Two workspaces full of people, and the objects in them that may be asked for."""

from dataclasses import dataclass, field

from django.db.models.functions import Now

from accounts.models import User
from activity.models import Event
from attachments.models import Attachment
from calendars.models import CalendarFeed
from calendars.services.feeds import add_feed
from comments.models import Comment
from comments.services.comments import add_comment
from core.models import uuid7
from imports.models import ImportFile
from imports.services.files import begin_import_file
from jobs.models import Job
from jobs.services.submission import submit_job
from notifications.models import Notification
from notifications.services.unsubscribe_links import token_for as unsubscribe_token_for
from projects.models import Project
from projects.services.members import add_project_member
from projects.services.projects import create_project
from reports.models import ReportSchedule
from reports.services.schedules import add_schedule
from tasks.models import RelatedAs, Task
from tasks.services.labels import add_label
from tasks.services.relations import add_relation
from tasks.services.saved_filters import save_filter
from tasks.services.tasks import create_task
from tasks.services.watchers import watch_task
from tests.support.actors import by
from tests.support.cast import person
from tests.support.factories import AttachmentFactory
from tests.workspaces.inviting import token_of
from webhooks.services.queueing import queue_test
from webhooks.services.webhooks import add_webhook
from workspaces.models import Membership, Workspace
from workspaces.services.invitations import invite_person
from workspaces.services.members import remove_member
from workspaces.services.opt_out_links import token_for
from workspaces.services.workspaces import add_member, create_workspace

People = dict[str, User]

WORKSPACE_ROLES = {
    "ada": "ADMIN",
    "amy": "ADMIN",
    "pia": "PM",
    "lea": "MEMBER",
    "max": "MEMBER",
    "vic": "MEMBER",
    "moe": "MEMBER",
    "mia": "MEMBER",
    "nia": "MEMBER",
    "ned": "MEMBER",
    "gus": "GUEST",
    "bob": "BILLING",
    "rex": "MEMBER",
}
"""Ada owns the workspace; rex is removed from it; Ned is out of work. Una is invited."""


OWN_ROLES = {"lea": "LEAD", "max": "MEMBER", "vic": "VIEWER", "mia": "MEMBER", "rex": "MEMBER"}
OTHER_ROLES = {"amy": "LEAD", "mia": "MEMBER"}
FOREIGN_ROLES = {"sam": "LEAD", "tim": "MEMBER"}


@dataclass(frozen=True)
class Place:
    """One project with a task and a comment; `roles` is what people are in workspace and project.

    `author` made task and comment; nobody else holds them.
    """

    ids: dict[str, str]
    roles: dict[str, tuple[str, str | None]]
    author: str
    owner: str
    deleted: frozenset[str] = field(default_factory=frozenset)
    """The kinds of object that are gone."""
    is_archived: bool = False


@dataclass(frozen=True)
class World:
    """Somebody in every role and state there is, in one workspace, and two people elsewhere."""

    people: People
    workspace: Workspace
    elsewhere: Workspace
    own: Place
    """Led by Lea; Max made the task."""
    other: Place
    """In the same workspace, led by Amy."""
    foreign: Place
    """Sam's, elsewhere."""


def settle() -> World:
    """Everybody in their workspace, and what they work on."""
    people = {name: person(name) for name in (*WORKSPACE_ROLES, "sam", "tim", "tom", "una")}
    workspace = create_workspace(actor=by(people["ada"]), name="Engines")
    _add_members(workspace, people)
    elsewhere = create_workspace(actor=by(people["sam"]), name="Secret workspace")
    for name in ("tim", "tom"):
        add_member(
            actor=by(people["sam"]), workspace=elsewhere, email=people[name].email, role="MEMBER"
        )
    Membership.objects.update(opened_at=Now())  # they have all been there
    own = _place(people, workspace, OWN_ROLES, author="max")
    rex = Membership.objects.get(workspace=workspace, user=people["rex"])
    remove_member(actor=by(people["ada"]), membership=rex)
    other = _place(people, workspace, OTHER_ROLES, author="amy")
    foreign = _place(people, elsewhere, FOREIGN_ROLES, author="sam")
    return World(people, workspace, elsewhere, own, other, foreign)


def _add_members(workspace: Workspace, people: People) -> None:
    ada = people["ada"]
    for name in [name for name in WORKSPACE_ROLES if name != "ada"]:
        role, email = WORKSPACE_ROLES[name], people[name].email
        add_member(actor=by(ada), workspace=workspace, email=email, role=role)


def _place(people: People, workspace: Workspace, roles: dict[str, str], *, author: str) -> Place:
    lead = next(name for name, role in roles.items() if role == "LEAD")
    owner = people["sam" if roles is FOREIGN_ROLES else "ada"]
    project = create_project(
        actor=by(owner), workspace=workspace, name="Secret", team_lead=people[lead]
    )
    for name in [name for name in roles if name != lead]:
        add_project_member(
            actor=by(people[lead]), project=project, person=people[name], role=roles[name]
        )
    second = create_project(actor=by(owner), workspace=workspace, name="Secret too")
    task = create_task(actor=by(people[author]), project=project, title="Secret")
    watch_task(actor=by(people[author]), task=task, person=people[_member(owner.name)])
    label = add_label(actor=by(people[author]), project=project, name="Secret")
    comment = add_comment(actor=by(people[author]), task=task, content="Secret")
    blocker, other_task = (
        create_task(actor=by(people[author]), project=project, title="Secret") for _ in range(2)
    )
    relation = add_relation(
        actor=by(people[author]), task=task, other=blocker, kind=RelatedAs.BLOCKED_BY
    )
    shared = save_filter(
        actor=by(people[author]), project=project, name="Secret", parameters={}, is_shared=True
    )
    file = AttachmentFactory.create(
        task=task, uploaded_by=people[author], file_name="Secret", thumbnail_key="a/b"
    )
    address = "https://hooks.example.com/secret"
    webhook, _ = add_webhook(actor=by(owner), workspace=workspace, name="Secret", url=address)
    guest = people["una"].email if lead == "lea" else f"{lead}s-guest@example.com"
    invitation = invite_person(actor=by(owner), workspace=workspace, email=guest, message="Secret")
    return Place(
        owner=owner.name.lower(),
        ids={
            "workspace": str(workspace.pk),
            "project": str(project.pk),
            "second": str(second.pk),
            "key": f"{project.key}-{task.number}",
            "column": str(project.statuses.get(key="IN_PROGRESS").pk),
            "label": str(label.pk),
            "task": str(task.pk),
            "filter": str(shared.pk),
            "comment": str(comment.pk),
            "emoji": "🎉",
            "relation": str(relation.pk),
            "blocker": str(blocker.pk),
            "other_task": str(other_task.pk),
            "attachment": str(file.pk),
            "notification": str(_told(people[_member(owner.name)]).pk),
            "import_file": str(_brought(people[_member(owner.name)], workspace).pk),
            "job": str(_asked_for(people[_member(owner.name)]).pk),
            "event": str(Event.objects.get(entity_id=task.pk, action="related").pk),
            "file": "unsealed",
            "calendar": "unknown",
            "feed": str(_calendar_of(people[_member(owner.name)]).pk),
            "schedule": str(_scheduled_by(people[_member(owner.name)], workspace).pk),
            "webhook": str(webhook.pk),
            "delivery": str(queue_test(actor=by(owner), webhook=webhook).pk),
            "invitation": str(invitation.pk),
            "token": token_of(invitation),
            **_others(people, workspace, owner.name),
        },
        roles={
            name: (role, roles.get(name))
            for name, role in ({"sam": "ADMIN"} if owner.name == "Sam" else WORKSPACE_ROLES).items()
            if name not in ("rex", "ned")
        },
        author=author,
    )


def _others(people: People, workspace: Workspace, owner: str) -> dict[str, str]:
    """People requests are about, none of whom asks anything."""
    is_foreign = owner == "Sam"
    member, newcomer = _member(owner), "tom" if is_foreign else "nia"
    outsider = "nia" if is_foreign else "tom"
    return {
        "member": str(people[member].pk),
        "way_out": token_for(workspace.pk, people[member].pk),
        "mail_link": unsubscribe_token_for(workspace.pk, people[member].pk, ["COMMENTED"]),
        "newcomer_email": people[newcomer].email,
        "outsider_email": people[outsider].email,
    }


def _told(somebody: User) -> Notification:
    """A notification that is in no workspace."""
    about = {"kind": "INVITED", "key": str(uuid7()), "facts": {"name": "Secret"}}
    return Notification.objects.create(recipient=somebody, **about)


def _asked_for(somebody: User) -> Job:
    """A job that is in no workspace."""
    job, _ = submit_job(actor=by(somebody), kind="echo", payload={})
    return job


def _calendar_of(somebody: User) -> CalendarFeed:
    """A calendar of what is theirs, in all workspaces."""
    return add_feed(actor=by(somebody))[0]


def _scheduled_by(somebody: User, workspace: Workspace) -> ReportSchedule:
    return add_schedule(actor=by(somebody), workspace=workspace, what="burndown")


def _brought(somebody: User, workspace: Workspace) -> ImportFile:
    return begin_import_file(actor=by(somebody), workspace=workspace, file_name="Secret", size=3)


def _member(owner: str) -> str:
    return "tim" if owner == "Sam" else "mia"


def project_of(place: Place) -> Project:
    project: Project = Project.objects.get(pk=place.ids["project"])
    return project


def task_of(place: Place) -> Task:
    task: Task = Task.objects.get(pk=place.ids["task"])
    return task


def attachment_of(place: Place) -> Attachment:
    attachment: Attachment = Attachment.objects.get(pk=place.ids["attachment"])
    return attachment


def comment_of(place: Place) -> Comment:
    comment: Comment = Comment.objects.get(pk=place.ids["comment"])
    return comment
