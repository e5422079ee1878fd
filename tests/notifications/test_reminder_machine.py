"""Long walks through time: what becomes of reminders, beside a model of what was promised."""

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any
from uuid import UUID
from zoneinfo import ZoneInfo

import pytest
from django.db import transaction
from hypothesis import HealthCheck, Phase, settings
from hypothesis import strategies as st
from hypothesis.stateful import (
    RuleBasedStateMachine,
    initialize,
    invariant,
    precondition,
    rule,
    run_state_machine_as_test,
)

from accounts.models import User
from accounts.services.people import change_profile
from notifications.models import LeadTime, Notification, Reminder
from notifications.services import choose_lead_times, queue_due_reminders
from notifications.services.due_reminders import MAILS, MISSED
from notifications.services.lead_times import moment_of
from outbox.models import Delivery
from tasks.models import Task
from tasks.services.deletion import restore_task
from tasks.services.tasks import create_task, delete_task, transition_task, update_task
from tests.notifications.test_lead_times import ZONES, shows, target
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.simulated_clock import Clock

WALKS = settings(
    derandomize=True,
    deadline=None,
    database=None,
    phases=[Phase.generate],
    max_examples=6,
    stateful_step_count=40,
    suppress_health_check=list(HealthCheck),
)
BEGINNINGS = (
    datetime(2026, 3, 27, 20, tzinfo=UTC),
    datetime(2026, 10, 23, 20, tzinfo=UTC),
    datetime(2026, 10, 31, 20, tzinfo=UTC),
    datetime(2026, 4, 3, 8, tzinfo=UTC),
)
"""Shortly before clocks are changed, in Europe, America or Australia."""
LATE = timedelta(hours=24)
MOST_TASKS = 6

pytestmark = pytest.mark.django_db

Subject = tuple[UUID, UUID, str, str]
numbers = st.integers(min_value=0, max_value=60)
people = st.integers(min_value=0, max_value=1)
zones = st.sampled_from(ZONES)
days = st.sampled_from([-1, 0, 0, 1, 1, 2, 3, 7, 8, 9])
hours = st.sampled_from([None, None, time(0), time(2, 30), time(9), time(17)])
chosen = st.just({*LeadTime}) | st.sets(st.sampled_from(list(LeadTime)))
spans = st.sampled_from([1, 20, 60, 300, 780, 1440, 1600, 4000]).map(lambda n: timedelta(minutes=n))


@dataclass
class Part:
    """A task as it should be."""

    assignee: User | None
    day: date | None
    hour: time | None
    setter: User
    is_open: bool = True
    is_deleted: bool = False

    @property
    def due(self) -> str:
        assert self.day
        return datetime.combine(self.day, self.hour).isoformat() if self.hour else str(self.day)


class Time(RuleBasedStateMachine):
    """`owed` are the subjects of which somebody is to be told once the moment has come."""

    def __init__(self, cast: Cast, met: set[str]) -> None:
        super().__init__()
        self.cast, self.people, self.met = cast, (cast.max, cast.lea), met
        self.walk = transaction.atomic()
        self.walk.__enter__()
        self.clock = Clock(BEGINNINGS[0])
        self.chosen = {person.pk: {LeadTime.ON_DAY} for person in self.people}
        self.tasks: dict[UUID, Part] = {}
        self.owed: dict[Subject, bool] = {}

    def teardown(self) -> None:
        self.met |= {subject[2] for subject in self.fired()}
        self.met |= {*Reminder.objects.filter(state="SKIPPED").values_list("state", flat=True)}
        transaction.set_rollback(True)
        self.walk.__exit__(None, None, None)

    @property
    def now(self) -> datetime:
        return self.clock.now

    def has_tasks(self) -> bool:
        return bool(self.tasks)

    def one(self, number: int) -> tuple[Task, Part]:
        pk = list(self.tasks)[number % len(self.tasks)]
        task: Task = Task.objects.select_related("project", "status").get(pk=pk)
        return task, self.tasks[pk]

    def zone(self, part: Part) -> str:
        """Of whoever set the hour, else of the assignee; as they are now."""
        whose: Any = part.setter if part.hour else part.assignee
        return str(User.objects.get(pk=whose.pk).time_zone)

    def plans(self) -> Iterator[tuple[Subject, datetime, Part]]:
        """What should be told, and when, by the rules of now."""
        for pk, part in self.tasks.items():
            if not (part.assignee and part.day and part.is_open) or part.is_deleted:
                continue
            for lead_time in self.chosen[part.assignee.pk]:
                zone = ZoneInfo(self.zone(part))
                if moment := moment_of(lead_time, part.day, part.hour, zone):
                    yield (pk, part.assignee.pk, lead_time.value, part.due), moment, part

    def promise(self) -> None:
        """After a change: what is ahead, and what is due today, is owed from now on."""
        owed = {}
        for subject, moment, part in self.plans():
            today = self.now.astimezone(ZoneInfo(self.zone(part))).date()
            is_late = subject[2] == LeadTime.ON_DAY and today == part.day
            owed[subject] = self.owed.get(subject, False) or moment > self.now or is_late
        self.owed = owed

    def fired(self) -> Counter[Subject]:
        rows = Reminder.objects.filter(state__in=("QUEUED", "SKIPPED"))
        return Counter(rows.values_list("task_id", "recipient_id", "lead_time", "due"))

    def scan(self) -> None:
        before = self.fired()
        while queue_due_reminders():
            pass
        moments = {subject: (moment, part) for subject, moment, part in self.plans()}
        for subject in self.fired() - before:
            moment, part = moments[subject]
            assert moment <= self.now
            wanted = target(LeadTime(subject[2]), part.day or date.max, part.hour)
            assert wanted is None or shows(self.now, self.zone(part)) >= wanted
        due = {subject for subject, (moment, _) in moments.items() if moment <= self.now}
        assert {subject for subject in due if self.owed[subject]} <= self.fired().keys()

    @initialize(beginning=st.sampled_from(BEGINNINGS), hour=hours)
    def begin(self, beginning: datetime, hour: time | None) -> None:
        self.clock.set(beginning)
        for who in range(2):
            self.choose(who, {*LeadTime})
            for day in (1, 8):
                self.create(who, day, hour)

    @rule(who=people, day=days, hour=hours)
    def create(self, who: int, day: int, hour: time | None) -> None:
        """By the assignee: a mail about the assignment would replace a reminder of that day."""
        if len(self.tasks) >= MOST_TASKS:
            return
        person, due = self.people[who], self.now.date() + timedelta(days=day)
        made = create_task(
            actor=by(person),
            project=self.cast.project,
            title="New",
            assignee=person,
            due_date=due,
            due_time=hour,
        )
        self.tasks[made.pk] = Part(person, due, hour, person)
        self.promise()

    @precondition(has_tasks)
    @rule(number=numbers, who=people, day=days, hour=hours)
    def move_due(self, number: int, who: int, day: int, hour: time | None) -> None:
        task, part = self.one(number)
        due = self.now.date() + timedelta(days=day) if number % 5 else None
        changes = {"due_date": due, "due_time": hour if due else None}
        if not part.is_deleted and (due, changes["due_time"]) != (part.day, part.hour):
            update_task(actor=by(self.people[who]), task=task, changes=changes)
            part.day, part.hour, part.setter = due, hour if due else None, self.people[who]
            self.promise()

    @precondition(has_tasks)
    @rule(number=numbers, who=people)
    def reassign(self, number: int, who: int) -> None:
        task, part = self.one(number)
        assignee = self.people[who] if number % 5 else None
        if not part.is_deleted:
            update_task(actor=by(self.people[who]), task=task, changes={"assignee": assignee})
            part.assignee = assignee
            self.promise()

    @precondition(has_tasks)
    @rule(number=numbers)
    def complete_or_reopen(self, number: int) -> None:
        task, part = self.one(number)
        if not part.is_deleted:
            key = "DONE" if part.is_open else "TODO"
            column = self.cast.project.statuses.get(key=key)
            transition_task(actor=by(self.cast.lea), task=task, status=column)
            part.is_open = not part.is_open
            self.promise()

    @precondition(has_tasks)
    @rule(number=numbers)
    def delete_or_restore(self, number: int) -> None:
        task, part = self.one(number)
        change = restore_task if part.is_deleted else delete_task
        change(actor=by(self.cast.lea), task=task)
        part.is_deleted = not part.is_deleted
        self.promise()

    @rule(who=people, zone=zones)
    def travel(self, who: int, zone: str) -> None:
        change_profile(actor=by(self.people[who]), person=self.people[who], time_zone=zone)
        self.promise()

    @precondition(has_tasks)
    @rule(number=numbers)
    def waver(self, number: int) -> None:
        """What was told is planned anew, where every hour comes last: it is not told again."""
        self.complete_or_reopen(number)
        self.complete_or_reopen(number)
        self.travel(number % 2, "Etc/GMT+12")

    @rule(who=people, lead_times=chosen)
    def choose(self, who: int, lead_times: set[LeadTime]) -> None:
        person, workspace = self.people[who], self.cast.workspace
        choose_lead_times(actor=by(person), workspace=workspace, lead_times=lead_times)
        self.chosen[person.pk] = lead_times
        self.promise()

    @rule(span=spans, number=numbers)
    def wait(self, span: timedelta, number: int) -> None:
        """The scan looks every few seconds, if it is not stopped."""
        self.clock.set(self.now + span)
        if number % 4:
            self.scan()

    @rule(span=spans)
    def wait_on(self, span: timedelta) -> None:
        """Twice as often as anything else happens."""
        self.wait(span, 1)

    @invariant()
    def each_is_told_once(self) -> None:
        fired = self.fired()
        assert all(count == 1 for count in fired.values())
        told = Reminder.objects.filter(state="QUEUED").values_list("pk", flat=True)
        keys = {f"reminder:{pk}" for pk in told}
        notifications = Notification.objects.filter(key__startswith="reminder:")
        assert sorted(notifications.values_list("key", flat=True)) == sorted(keys)
        mails = Delivery.objects.filter(kind__in=MAILS.values())
        assert mails.count() == len(keys)

    @invariant()
    def what_is_ahead_is_planned(self) -> None:
        fired = self.fired()
        moments = {subject: moment for subject, moment, _ in self.plans()}
        owed = {subject for subject, is_owed in self.owed.items() if is_owed}
        planned = {row.subject: row for row in Reminder.objects.planned()}
        assert planned.keys() == owed - fired.keys()
        for subject, row in planned.items():
            assert row.fire_at == moments[subject] or max(row.fire_at, moments[subject]) <= self.now

    @invariant()
    def only_what_is_a_day_late_is_skipped(self) -> None:
        for row in Reminder.objects.filter(state="SKIPPED"):
            assert row.reason == MISSED
            assert row.fire_at < self.now - LATE


@pytest.mark.usefixtures("simulated_clock")
def test_reminders_are_what_was_promised(cast: Cast) -> None:
    met = set[str]()

    class Walk(Time):
        def __init__(self) -> None:
            super().__init__(cast, met)

    run_state_machine_as_test(Walk, settings=WALKS)
    assert met == {*LeadTime, "SKIPPED"}
