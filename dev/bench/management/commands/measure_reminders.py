"""`manage.py measure_reminders`: how late reminders are told when very many are due together."""

import time
from contextlib import ExitStack
from typing import Any

from django.core.management.base import BaseCommand, CommandError, CommandParser
from django.db import connection, connections, transaction

from accounts.models import User
from config import local, processes, programs
from core.actor import Actor
from core.context import as_system
from dev.bench.processor import seconds_of_postgres
from dev.mail_server import MailServer
from notifications.services import queue_due_reminders
from notifications.services.due_reminders import AT_ONCE, has_more_due
from outbox.models import RelayProcess
from projects.models import ProjectMembership
from projects.services.projects import create_project
from workspaces.models import Membership
from workspaces.services.workspaces import create_workspace

WORKSPACES, PEOPLE = 20, 10
LOOKS, SCANS = 200, 10
AHEAD = 15
"""Seconds until the first reminders of a round are due."""
PATIENCE = 900.0
TASKS = """
    INSERT INTO tasks_task (id, created_at, updated_at, version, workspace_id, project_id, number,
        title, description, type, priority, status_id, category, assignee_id, created_by_id,
        position, due_date)
    SELECT gen_random_uuid(), now(), now(), 1, %(workspace)s, %(project)s, n, 'Task ' || n, '',
        'TASK', 'MEDIUM', s.id, s.category, (%(people)s::uuid[])[1 + n %% %(members)s],
        (%(people)s::uuid[])[1], n::bigint * 65536, date '2031-07-01' + n %% 365
    FROM generate_series(1, %(count)s) n
    JOIN projects_status s ON s.project_id = %(project)s AND s.key = 'TODO'
"""
REMINDERS = """
    INSERT INTO notifications_reminder (id, created_at, workspace_id, task_id, recipient_id,
        lead_time, due, fire_at, rev, state)
    SELECT gen_random_uuid(), now(), workspace_id, id, assignee_id, 'ON_DAY', due_date::text,
        due_date + interval '9 hours', 1, 'PLANNED'
    FROM tasks_task
"""
COME_DUE = """
    UPDATE notifications_reminder
    SET fire_at = now() + (%(ahead)s + random() * %(over)s) * interval '1 second'
    WHERE id IN (
        SELECT id FROM notifications_reminder
        WHERE state = 'PLANNED' ORDER BY hashtext(id::text) LIMIT %(count)s
    )
"""
LEFT = """
    SELECT count(*) FROM notifications_reminder
    WHERE state = 'PLANNED' AND fire_at < now() + interval '1 hour'
"""
FIGURES = """
    SELECT count(*), count(DISTINCT d.id), count(DISTINCT n.id),
        percentile_cont(ARRAY[0.5, 0.99, 1]) WITHIN GROUP (
            ORDER BY extract(epoch FROM d.queued_at - r.fire_at)),
        extract(epoch FROM max(d.queued_at) - min(r.fire_at))
    FROM notifications_reminder r
    LEFT JOIN outbox_delivery d ON d.id = r.delivery_id
    LEFT JOIN notifications_notification n ON n.key = 'reminder:' || r.id
    WHERE r.state = 'QUEUED' AND r.fire_at > %s
"""


class Command(BaseCommand):
    help = "Measure the scan for due reminders, idle and with very many due together."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--tasks", type=int, default=100_000)
        parser.add_argument("--due", type=int, default=10_000)

    def handle(self, *args: Any, **options: Any) -> None:
        tasks, due = options["tasks"], options["due"]
        start = time.monotonic()
        _fill(tasks)
        self._tell(f"{tasks} open tasks with reminders, in {time.monotonic() - start:.0f} s")
        self._cost()
        server = MailServer()
        server.start()
        with ExitStack() as stack:
            _start(stack, server.port)
            for over in (60, 0):
                self._round(due, over, server)

    def _cost(self) -> None:
        """A scan without due reminders, and one that finds as many as it takes at once."""
        own, postgres = _processor_times()
        times = sorted(_look() for _ in range(LOOKS))
        after, after_postgres = _processor_times()
        median, late = times[LOOKS // 2], times[LOOKS * 99 // 100]
        spent = (after - own + after_postgres - postgres) / LOOKS * 1000
        self._tell(
            f"a scan without due ones: {median:.2f} ms, p99 {late:.2f} ms; {spent:.2f} ms of"
            " processor time, with PostgreSQL's"
        )
        _come_due(AT_ONCE * SCANS, ahead=-1, over=0)
        own, postgres = _processor_times()
        while has_more_due(queue_due_reminders()):
            pass
        after, after_postgres = _processor_times()
        self._tell(
            f"a scan that finds {AT_ONCE}: {(after - own) / SCANS * 1000:.0f} ms of processor time,"
            f" and {(after_postgres - postgres) / SCANS * 1000:.0f} ms of PostgreSQL's"
        )

    def _round(self, due: int, over: int, server: MailServer) -> None:
        since = _one("SELECT now()")
        _come_due(due, ahead=AHEAD, over=over)
        sent, deadline = len(server.taken), time.monotonic() + PATIENCE
        while _one(LEFT):
            if time.monotonic() > deadline:
                raise CommandError("Waited in vain; see the logs of worker and relay.")
            time.sleep(1)
        told, mails, notes, (p50, p99, worst), took = _row(FIGURES, since)
        self._tell(
            f"{due} due within {over} s: {told} told, {mails} mails and {notes} notifications"
            f" enqueued {took:.1f} s after the first was due; late by {p50:.1f} s,"
            f" p99 {p99:.1f} s, at most {worst:.1f} s;"
            f" {len(server.taken) - sent} mails left meanwhile"
        )

    def _tell(self, line: str) -> None:
        self.stdout.write(line)
        self.stdout.flush()


def _start(stack: ExitStack, port: int) -> None:
    """A worker and a relay that send to this port."""
    for command in (programs.worker(), programs.relay()):
        log = stack.enter_context((local.DATA_DIR / f"{command.name}.log").open("wb"))
        environment = {**command.env, "EMAIL_URL": f"smtp://127.0.0.1:{port}"}
        changed = processes.Command(command.name, command.argv, env=environment)
        stack.callback(processes.stop, processes.start(changed, log), changed)
    while not RelayProcess.objects.exists():
        time.sleep(0.1)


def _fill(tasks: int) -> None:
    """Workspaces of ten people with one project each, whose tasks are all open and due later."""
    for number in range(WORKSPACES):
        place = _place(number)
        with transaction.atomic("direct"), connections["direct"].cursor() as owner:
            # What is counted of tasks, or found in them, is not asked for here.
            owner.execute("ALTER TABLE tasks_task DISABLE TRIGGER USER")
            owner.execute(TASKS, {**place, "count": tasks // WORKSPACES, "members": PEOPLE})
            owner.execute("SET CONSTRAINTS ALL IMMEDIATE")
            owner.execute("ALTER TABLE tasks_task ENABLE TRIGGER USER")
    with connections["direct"].cursor() as owner:
        owner.execute(REMINDERS)
        owner.execute("ANALYZE")


@as_system("filling the benchmark")
def _place(number: int) -> dict[str, Any]:
    """A workspace with its project, and the ids of its people."""
    people = User.objects.bulk_create(
        User(email=f"due-{number}-{n}@example.com", name=f"Due {n}", password="!")
        for n in range(PEOPLE)
    )
    actor = Actor(user=people[0])
    workspace = create_workspace(actor=actor, name=f"Due {number}")
    project = create_project(actor=actor, workspace=workspace, name="Due")
    Membership.objects.bulk_create(
        Membership(workspace=workspace, user=person, role="MEMBER") for person in people[1:]
    )
    ProjectMembership.objects.bulk_create(
        ProjectMembership(workspace=workspace, project=project, user=person, role="MEMBER")
        for person in people[1:]
    )
    ids = [person.pk for person in people]
    return {"workspace": workspace.pk, "project": project.pk, "people": ids}


def _come_due(count: int, *, ahead: float, over: float) -> None:
    """So many planned reminders are due from `ahead` seconds from now on, for `over` seconds."""
    with connections["direct"].cursor() as owner:
        owner.execute(COME_DUE, {"ahead": ahead, "over": over, "count": count})


def _processor_times() -> tuple[float, float]:
    """Seconds that this process and PostgreSQL have run."""
    return time.process_time(), seconds_of_postgres(_one("SELECT pg_backend_pid()"))


def _look() -> float:
    """Milliseconds that one scan takes."""
    start = time.perf_counter()
    queue_due_reminders()
    return (time.perf_counter() - start) * 1000


def _one(sql: str) -> Any:
    return _row(sql)[0]


@as_system("counting in the benchmark")
def _row(sql: str, *values: Any) -> Any:
    with connection.cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()
