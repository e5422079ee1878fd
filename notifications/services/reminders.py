"""Planning reminders in the transaction that changes what they depend on."""

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from datetime import timedelta
from typing import Any
from uuid import UUID

from django.contrib.postgres.expressions import ArraySubquery
from django.db.models import OuterRef, Q
from django.db.models.functions import JSONObject, Now

from accounts.models import User
from core.batches import insert_all
from core.context import as_system
from core.days import is_plannable
from core.queries import compiled
from core.shared_locks import await_turns
from notifications.models import DEFAULT_LEAD_TIMES, LeadTime, Reminder, ReminderChoice
from notifications.services.collecting import COLLECTED, ONE, SEVERAL, tasks_in
from notifications.services.due_dates import due_in_event, due_zone
from notifications.services.lead_times import moment_of
from notifications.services.recheck import TEMPORARY
from outbox.models import Delivery, State
from tasks.models import FINISHED, Task
from workspaces.models import Workspace

RECENTLY = timedelta(hours=1)
UNSENT = (State.SKIPPED, State.DEAD)

Standing = Mapping[tuple[object, ...], Reminder]
"""Plans that have not fired, by their `subject`."""


def plan_reminders(*, task: Task) -> None:
    """Plan the task's reminders anew. The caller has locked the task."""
    _replan([task])


def plan_reminders_of_all(*, tasks: Sequence[Task]) -> None:
    """As `plan_reminders`, for many tasks with the same number of statements."""
    _replan(tasks)


def plan_reminders_after_handover(*, tasks: Sequence[Task]) -> None:
    """As `plan_reminders`, for many tasks that were handed over together.

    Reminders due earlier today are left out: the new assignee gets the mail about the handover.
    """
    _replan(tasks, drop_late=True)


@as_system("a person's clock in all their workspaces")
def plan_reminders_of(*, person: User) -> None:
    """Plan anew what depends on the person's time zone: their tasks and the due times they set."""
    theirs = Q(assignee=person) | Q(due_set_by=person, due_time__isnull=False)
    _replan_for(person, theirs)


def plan_reminders_in(*, workspace: Workspace, person: User) -> None:
    """Plan anew the person's tasks in a workspace, for which they chose other lead times."""
    _replan_for(person, Q(assignee=person, workspace=workspace))


def history_of(tasks: Sequence[UUID]) -> list[Reminder]:
    """All reminders of these tasks that are still kept, whatever became of them."""
    return _history.rows(tasks=tasks)


def insert_plans(plans: Sequence[Reminder], history: Sequence[Reminder]) -> None:
    """Number new plans and insert them; their tasks are locked, and `history` is theirs."""
    last = Counter[UUID]()
    for row in history:
        last[row.task_id] = max(last[row.task_id], row.rev)
    for plan in plans:
        last[plan.task_id] += 1
        plan.rev = last[plan.task_id]
    insert_all(plans)


def _replan_for(person: User, which: Q) -> None:
    """Plan the person's open tasks anew; the number of statements is the same for any number.

    They are locked before the turn is taken, as everybody does who plans; then those that others
    planned meanwhile, who did not see what this transaction changed.
    """
    due = Task.objects.open().filter(which, due_date__isnull=False, assignee__isnull=False)
    rows = due.select_for_update(no_key=True, of=("self",)).defer("description").order_by("pk")
    locked = list(rows)
    await_turns([_turn(person.pk)])
    others = rows.exclude(pk__any_of=[task.pk for task in locked])
    _replan([*locked, *others])


def _replan(tasks: Sequence[Task], *, drop_late: bool = False) -> None:
    """Cancel outdated plans of locked tasks and insert new ones; equal plans keep their rows."""
    people = _people_of(tasks)
    history = history_of([task.pk for task in tasks])
    standing = {row.subject: row for row in history if row.state == Reminder.State.PLANNED}
    wanted = [plan for task in tasks for plan in _wanted(task, people, standing)]
    kept = {plan.pk for plan in wanted}
    if outdated := [row.pk for row in standing.values() if row.pk not in kept]:
        Reminder.objects.filter(pk__in=outdated).update(state=Reminder.State.CANCELLED)
    known = {row.pk for row in history}
    new = [plan for plan in wanted if plan.pk not in known]
    late = [plan for plan in new if _is_late(plan, people)]
    told = _told(new, history) | ({plan.subject for plan in late} if drop_late else _mailed(late))
    insert_plans([plan for plan in new if plan.subject not in told], history)


def _turn(person: UUID) -> str:
    """The turn that planners share, and those take who change a person's zone or lead times."""
    return f"reminders of {person}"


def _people_of(tasks: Sequence[Task]) -> Mapping[UUID | None, Any]:
    """The people on whom the plans of these tasks depend, with the database's time as `now`.

    What they chose is read when nobody is changing it.
    """
    due = [task for task in tasks if _is_due(task)]
    people = [*{pk for task in due for pk in (task.assignee_id, task.due_set_by_id) if pk}]
    if not people:
        return {}
    await_turns(map(_turn, people), is_shared=True)
    return {person.pk: person for person in _people_now.rows(people=people)}


@compiled
def _history(tasks: Any) -> Any:
    return Reminder.objects.filter(task__any_of=tasks)


@compiled
def _people_now(people: Any) -> Any:
    """People with the database's time, and as `choices` what they chose in each workspace."""
    chosen = ReminderChoice.objects.filter(person=OuterRef("pk"))
    facts = JSONObject(workspace="workspace_id", lead_times="lead_times")
    choices = ArraySubquery(chosen.annotate(facts=facts).values("facts"))
    return User.objects.annotate(now=Now(), choices=choices).filter(pk__any_of=people)


def _is_due(task: Task) -> bool:
    """Whether anybody could be reminded of it; for old days no instant can be computed."""
    is_open = task.deleted_at is None and task.category not in FINISHED
    day = task.due_date
    return is_open and task.assignee_id is not None and day is not None and is_plannable(day)


def _wanted(
    task: Task, people: Mapping[UUID | None, Any], standing: Standing
) -> Iterator[Reminder]:
    """The plans that the task should have: those standing that stay, and new ones.

    What a moved clock finds in the past is due now. Otherwise only ON_DAY is sent late, on its day.
    """
    if task.due_date is None or not _is_due(task):
        return
    recipient, due = people[task.assignee_id], due_in_event(task)
    zone = due_zone(task, recipient, people.get(task.due_set_by_id))
    for lead_time in _lead_times(recipient, task.workspace_id):
        fire_at = moment_of(lead_time, task.due_date, task.due_time, zone)
        if fire_at is None:
            continue
        old = standing.get((task.pk, recipient.pk, lead_time, due))
        if fire_at <= recipient.now:
            is_today = recipient.now.astimezone(zone).date() == task.due_date
            if old:
                fire_at = min(old.fire_at, recipient.now)
            elif lead_time != LeadTime.ON_DAY or not is_today:
                continue
        if old and old.fire_at == fire_at:
            yield old
        else:
            yield Reminder(
                workspace_id=task.workspace_id,
                task=task,
                recipient=recipient,
                lead_time=lead_time,
                due=due,
                fire_at=fire_at,
            )


def _lead_times(recipient: Any, workspace: UUID) -> Sequence[str]:
    for choice in recipient.choices:
        if choice["workspace"] == str(workspace):
            chosen: Sequence[str] = choice["lead_times"]
            return chosen
    return DEFAULT_LEAD_TIMES


def _is_late(plan: Reminder, people: Mapping[UUID | None, Any]) -> bool:
    """Whether it is planned on its day, after its hour."""
    return plan.lead_time == LeadTime.ON_DAY and plan.fire_at <= people[plan.recipient_id].now


def _told(plans: Sequence[Reminder], history: Sequence[Reminder]) -> set[tuple[object, ...]]:
    """The subjects of those plans of which their recipient was reminded already.

    Not those that could not be sent.
    """
    subjects = {plan.subject for plan in plans}
    fired = (Reminder.State.QUEUED, Reminder.State.SKIPPED)
    again = [row for row in history if row.state in fired and row.subject in subjects]
    again = [row for row in again if row.reason not in TEMPORARY]
    mails = [row.delivery_id for row in again if row.delivery_id]
    unsent = Delivery.objects.filter(pk__in=mails, state__in=UNSENT).values_list("pk", flat=True)
    failed = set(unsent) if mails else set()
    return {row.subject for row in again if row.delivery_id not in failed}


def _mailed(plans: Sequence[Reminder]) -> set[tuple[object, ...]]:
    """The subjects of those plans whose recipient got a mail about the assignment RECENTLY."""
    if not plans:
        return set()
    tasks = [str(plan.task_id) for plan in plans]
    mails = Delivery.objects.filter(
        Q(payload__task__in=tasks) | Q(payload__tasks__has_any_keys=tasks),
        kind__in=(ONE, SEVERAL),
        created_at__gt=Now() - RECENTLY,
        recipient_id__in={plan.recipient_id for plan in plans},
    ).exclude(~Q(reason__startswith=COLLECTED), state__in=UNSENT)
    mailed = {
        (recipient, task)
        for recipient, payload in mails.values_list("recipient_id", "payload")
        for task in tasks_in(payload)
    }
    return {plan.subject for plan in plans if (plan.recipient_id, str(plan.task_id)) in mailed}
