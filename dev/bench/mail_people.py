"""A project with many assignees, and how long the mail about an assignment takes."""

from __future__ import annotations

import time
from itertools import cycle
from typing import TYPE_CHECKING
from uuid import UUID, uuid4

from django.db.models.functions import Now

from accounts.models import User
from core.actor import Actor
from core.context import as_system
from outbox.mail import EMAIL
from outbox.models import Delivery, State
from outbox.services import enqueue_all
from projects.services.members import add_project_member
from projects.services.projects import create_project
from tasks.services.tasks import create_task
from workspaces.models import Membership
from workspaces.services.workspaces import add_member, create_workspace

if TYPE_CHECKING:
    from collections.abc import Callable, Iterator

    from dev.mail_server import MailServer
    from projects.models import Project

ASSIGNEES = 60
"""Nobody gets more than twenty mails about assignments in a minute."""
LONGEST = 120.0


class MailPeople:
    """A lead who gives tasks to the members of a project, one after the other."""

    @as_system("measuring mail")
    def __init__(self, server: MailServer) -> None:
        self.server = server
        self.lead = User.objects.create_user("lead@example.com", name="Lea")
        workspace = create_workspace(actor=Actor(user=self.lead), name="Harbour")
        self.project: Project = create_project(
            actor=Actor(user=self.lead), workspace=workspace, name="Ark", team_lead=self.lead
        )
        self._turns: Iterator[User] = cycle([self._member(n) for n in range(ASSIGNEES)])
        Membership.objects.update(opened_at=Now())

    def _member(self, number: int) -> User:
        person = User.objects.create_user(f"member{number}@example.com", name=f"Max {number}")
        actor = Actor(user=self.lead)
        add_member(actor=actor, workspace=self.project.workspace, email=person.email, role="MEMBER")
        add_project_member(actor=actor, project=self.project, person=person)
        return person

    def seconds_until_told(self) -> float:
        """From the commit of an assignment until the server has taken its mail."""
        person, before = next(self._turns), len(self.server.taken)
        self._assign(person)
        start = time.monotonic()
        while True:
            for mail in self.server.taken[before:]:
                if mail.recipient == person.email:
                    return max(0.0, mail.at - start)
            if time.monotonic() > start + LONGEST:
                return LONGEST
            time.sleep(0.002)

    @as_system("measuring mail")
    def _assign(self, person: User) -> None:
        actor = Actor(user=self.lead)
        create_task(actor=actor, project=self.project, title="Caulk it", assignee=person)


@as_system("measuring mail")
def enqueue_mails(count: int, workspace_of: Callable[[int], UUID], *, can_wait: bool) -> None:
    """Mails of accounts, in the names of workspaces; those that `can_wait` as reminders do."""
    rows = [
        Delivery(
            channel=EMAIL,
            kind="unknown_account",
            recipient_id=uuid4(),
            dedupe_key=str(uuid4()),
            payload={"address": f"{uuid4().hex}@example.com"},
            workspace_id=workspace_of(number),
        )
        for number in range(count)
    ]
    enqueue_all(deliveries=rows)
    if can_wait:
        pks = [row.pk for row in rows]
        Delivery.objects.filter(pk__in=pks).update(can_wait=True)


@as_system("measuring mail")
def withdraw_mails() -> int:
    """Skip what still waits; returns how many."""
    return Delivery.objects.filter(state=State.PENDING).close(State.SKIPPED, "measured")
