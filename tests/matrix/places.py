"""Two workspaces full of people, and the objects in them that may be asked for."""

from dataclasses import dataclass, field

from comments.models import Comment
from comments.services.comments import add_comment
from projects.models import Project
from projects.services.members import add_project_member
from projects.services.projects import create_project
from tasks.models import Task
from tasks.services.tasks import create_task
from tests.support.actors import by
from tests.support.cast import WORKSPACE_ROLES, World
from tests.workspaces.inviting import token_of
from workspaces.models import Membership, Workspace
from workspaces.services.invitations import invite_person
from workspaces.services.members import remove_member
from workspaces.services.opt_out_links import token_for

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


def own_place(world: World) -> Place:
    """Led by Lea; Max made the task."""
    place = _place(world, world.workspace, OWN_ROLES, author="max")
    rex = Membership.objects.get(workspace=world.workspace, user=world.people["rex"])
    remove_member(actor=by(world.people["ada"]), membership=rex)
    return place


def other_place(world: World) -> Place:
    """In the same workspace, led by Amy."""
    return _place(world, world.workspace, OTHER_ROLES, author="amy")


def foreign_place(world: World) -> Place:
    """Sam's."""
    return _place(world, world.elsewhere, FOREIGN_ROLES, author="sam")


def _place(world: World, workspace: Workspace, roles: dict[str, str], *, author: str) -> Place:
    people = world.people
    lead = next(name for name, role in roles.items() if role == "LEAD")
    owner = people["sam" if workspace == world.elsewhere else "ada"]
    project = create_project(
        actor=by(owner), workspace=workspace, name="Secret", team_lead=people[lead]
    )
    for name in [name for name in roles if name != lead]:
        add_project_member(
            actor=by(people[lead]), project=project, person=people[name], role=roles[name]
        )
    task = create_task(actor=by(people[author]), project=project, title="Secret")
    comment = add_comment(actor=by(people[author]), task=task, content="Secret")
    guest = people["una"].email if lead == "lea" else f"{lead}s-guest@example.com"
    invitation = invite_person(actor=by(owner), workspace=workspace, email=guest, message="Secret")
    return Place(
        owner=owner.name.lower(),
        ids={
            "workspace": str(workspace.pk),
            "project": str(project.pk),
            "task": str(task.pk),
            "comment": str(comment.pk),
            "invitation": str(invitation.pk),
            "token": token_of(invitation),
            **_others(world, workspace),
        },
        roles={
            name: (role, roles.get(name))
            for name, role in ({"sam": "ADMIN"} if owner.name == "Sam" else WORKSPACE_ROLES).items()
            if name not in ("rex", "ned")
        },
        author=author,
    )


def _others(world: World, workspace: Workspace) -> dict[str, str]:
    """People requests are about, none of whom asks anything."""
    is_foreign = workspace == world.elsewhere
    member, newcomer = ("tim", "tom") if is_foreign else ("mia", "nia")
    outsider = "nia" if is_foreign else "tom"
    return {
        "member": str(world.people[member].pk),
        "way_out": token_for(workspace.pk, world.people[member].pk),
        "newcomer_email": world.people[newcomer].email,
        "outsider_email": world.people[outsider].email,
    }


def project_of(place: Place) -> Project:
    project: Project = Project.objects.get(pk=place.ids["project"])
    return project


def task_of(place: Place) -> Task:
    task: Task = Task.objects.get(pk=place.ids["task"])
    return task


def comment_of(place: Place) -> Comment:
    comment: Comment = Comment.objects.get(pk=place.ids["comment"])
    return comment
