"""The demo's teams at work: each project and each task is a story of the past weeks."""

from io import BytesIO
from typing import Any, NamedTuple

from accounts.models import User
from attachments.services.uploads import Upload, upload_file
from comments.models import Emoji
from comments.services.comments import add_comment
from comments.services.reactions import add_reaction
from core.actor import Actor
from dev.demo.timeline import Story, Timeline
from projects.models import Project, Status
from projects.services.columns import update_column
from projects.services.projects import create_project
from tasks.models import FINISHED, RelatedAs, Task
from tasks.services.labels import add_label, labels_named
from tasks.services.relations import add_relation
from tasks.services.saved_filters import save_filter
from tasks.services.tasks import create_task, transition_task
from tasks.services.watchers import watch_task
from workspaces.models import Workspace
from workspaces.services.opening import record_opening
from workspaces.services.workspaces import add_member, create_workspace

People = dict[str, User]
FOUNDED, RECENT = -100.0, -0.1
"""When teams begin, and when the last steps of their projects are done, in days from now."""
USUAL_START, BEFORE = -60, 10
"""The day a project without a date starts, and for how many days it has existed by then."""


class Team(NamedTuple):
    people: People
    timeline: Timeline
    workspace: Workspace
    owner: User


def team_story(
    people: People,
    timeline: Timeline,
    name: str,
    owner: str,
    members: dict[str, str],
    projects: list[dict[str, Any]],
) -> Story:
    yield FOUNDED
    actor = Actor(user=people[owner])
    workspace = create_workspace(actor=actor, name=name)
    for nick, role in members.items():
        add_member(actor=actor, workspace=workspace, email=people[nick].email, role=role)
        record_opening(actor=Actor(user=people[nick]), workspace_id=workspace.pk)
    for project in projects:
        timeline.begin(_project_story(Team(people, timeline, workspace, people[owner]), **project))


def _project_story(
    team: Team,
    tasks: list[dict[str, Any]],
    members: list[str],
    lead: str | None = None,
    starts: int | None = None,
    ends: int | None = None,
    **fields: Any,
) -> Story:
    yield (starts or USUAL_START) - BEFORE
    labels, limits = fields.pop("labels", {}), fields.pop("limits", {})
    head = Actor(user=team.people[lead] if lead else team.owner)
    project = create_project(
        actor=Actor(user=team.owner),
        workspace=team.workspace,
        team_lead=team.people[lead] if lead else None,
        team_members=[team.people[nick] for nick in members],
        start_date=team.timeline.day(starts),
        end_date=team.timeline.day(ends),
        **fields,
    )
    for name, color in labels.items():
        add_label(actor=head, project=project, name=name, color=color)
    made: dict[str, Task] = {}
    for place, task in enumerate(tasks):
        team.timeline.begin(_task_story(team, project, made, place, **task))
    yield RECENT
    _relate(team.owner, made, tasks)
    for name, limit in limits.items():
        column = Status.objects.get(project=project, name=name)
        update_column(actor=head, column=column, changes={"wip_limit": limit})
    overdue = {"overdue": "true"}
    save_filter(actor=head, project=project, name="Overdue", parameters=overdue, is_shared=True)


def _relate(owner: User, made: dict[str, Task], tasks: list[dict[str, Any]]) -> None:
    """Say which tasks wait for which."""
    for task in tasks:
        for blocker in task.get("after", ()):
            pair = {"task": made[blocker], "other": made[task["title"]]}
            add_relation(actor=Actor(user=owner), kind=RelatedAs.BLOCKS, **pair)


def _task_story(
    team: Team, project: Project, made: dict[str, Task], place: int, **facts: Any
) -> Story:
    """Create the task at this place of the list, move it through the columns, discuss it."""
    columns = _columns_to(project, facts["in"])
    created, *moves = _days(place, facts["due"], columns)
    yield created
    whole = facts.get("within")
    while whole and whole not in made:
        created += 1
        yield created
    people = team.people
    author, assignee = people[facts["by"]], people.get(facts.get("to", ""))
    task = _create_task(team, project, made[whole] if whole else None, facts)
    made[task.title] = task
    for day, column in zip(moves, columns, strict=True):
        yield day
        task = transition_task(actor=Actor(user=assignee or author), task=task, status=column)
    first = None
    for turn, (nick, remark, *more) in enumerate(facts.get("said", ()), 1):
        yield (moves or [created])[-1] + turn / 12
        said = more[0] if more else {}
        parent = first if said.get("replies") else None
        comment = add_comment(
            actor=Actor(user=people[nick]), task=task, content=remark, parent=parent
        )
        first = parent or comment
        for fan in said.get("liked_by", ()):
            add_reaction(actor=Actor(user=people[fan]), comment=comment, emoji=Emoji.THUMBS_UP)


def _create_task(team: Team, project: Project, parent: Task | None, facts: dict[str, Any]) -> Task:
    every, unit = facts.get("repeats", (None, ""))
    task = create_task(
        actor=Actor(user=team.people[facts["by"]]),
        project=project,
        title=facts["title"],
        description=facts.get("text", ""),
        type=facts["type"],
        priority=facts["priority"],
        assignee=team.people.get(facts.get("to", "")),
        labels=labels_named(project, facts.get("labels", ())),
        parent=parent,
        estimate_minutes=facts.get("minutes"),
        start_date=team.timeline.day(facts.get("starts")),
        due_date=team.timeline.day(facts["due"]),
        repeat_every=every,
        repeat_unit=unit,
    )
    for nick in facts.get("watched_by", ()):
        watch_task(actor=Actor(user=team.people[nick]), task=task, person=team.people[nick])
    for nick, name, text in facts.get("files", ()):
        sender, content = Actor(user=team.people[nick]), BytesIO(text.encode())
        upload_file(actor=sender, task=task, upload=Upload(name), content=content)
    return task


def _columns_to(project: Project, name: str) -> list[Status]:
    """The columns that a task enters after the first one until it is in the one with the name."""
    columns = list(Status.objects.filter(project=project).order_by("position"))
    goal = next(column for column in columns if column.name.casefold() == name.casefold())
    return [column for column in columns[1:] if column.position <= goal.position]


def _days(place: int, due: int, columns: list[Status]) -> list[float]:
    """When the task at this place of the list is created, then when it enters each column.

    What is finished was so about the day it was due; other work has begun in the last days.
    """
    hour = place % 9 / 24
    if not columns:
        return [-2 - place * 5 % 24 - hour]
    is_finished = columns[-1].category in FINISHED
    last = (min(due, 0) if is_finished else -(place * 2 % 5)) - 1 - hour
    took = (2.5 + place * 3 % 7) if len(columns) > 1 else 0.0
    steps = max(len(columns) - 1, 1)
    moves = [last - took * (len(columns) - 1 - step) / steps for step in range(len(columns))]
    return [moves[0] - 1 - place * 5 % 9, *moves]
