"""What happens to tasks when something happens below them."""

from core.events import subscribe
from projects.events import ProjectsLeft
from tasks.handover import hand_over_tasks


@subscribe(ProjectsLeft)
def hand_over_their_tasks(event: ProjectsLeft) -> None:
    hand_over_tasks(
        actor=event.actor,
        person=event.person,
        projects=event.projects,
        handover=event.handover,
    )
