"""What happens to tasks when something happens below them."""

from core.events import subscribe
from projects.events import ProjectPurged, ProjectsLeft
from tasks.handover import hand_over_tasks
from tasks.lifecycle import delete_tasks_of


@subscribe(ProjectsLeft)
def hand_over_their_tasks(event: ProjectsLeft) -> None:
    hand_over_tasks(
        actor=event.actor,
        person=event.person,
        projects=event.projects,
        handover=event.handover,
    )


@subscribe(ProjectPurged)
def delete_tasks_with_their_project(event: ProjectPurged) -> None:
    delete_tasks_of(project=event.project)
