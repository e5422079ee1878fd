"""What happens to tasks when something happens below them."""

from core.events import subscribe
from projects.events import ProjectMemberRemoved
from tasks.services import unassign_person


@subscribe(ProjectMemberRemoved)
def take_their_tasks_off_them(event: ProjectMemberRemoved) -> None:
    unassign_person(actor=event.actor, project=event.project, person=event.person)
