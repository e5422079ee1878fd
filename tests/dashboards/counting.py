"""What a dashboard should say, counted from the rows of tasks one by one."""

from collections import Counter
from datetime import UTC, date, datetime, timedelta
from typing import Any

from accounts.models import User
from dashboards.models import CountedChange, Kind, Total
from projects.models import Category, Priority, Project, Status
from tasks.models import FINISHED, Task

WEEK = timedelta(weeks=1)


def monday(moment: datetime) -> date:
    day = moment.astimezone(UTC).date()
    return day - timedelta(days=day.weekday())


def plain_count(projects: list[Project], today: date) -> dict[str, Any]:
    """The numbers of now, as the dashboard shows them."""
    tasks = list(Task.objects.filter(project__in=projects, deleted_at=None))
    still_open = [task for task in tasks if task.category not in FINISHED]
    return {
        "total": len(tasks),
        "open": len(still_open),
        "completed": len(tasks) - len(still_open),
        "overdue": sum(bool(each.due_date and each.due_date < today) for each in still_open),
        "by_status": _by_status(projects, Counter(task.status_id for task in tasks)),
        "by_priority": [
            {"priority": each.value, "count": sum(t.priority == each for t in still_open)}
            for each in Priority
        ],
        "by_assignee": _by_assignee(Counter(task.assignee_id for task in still_open)),
    }


def plain_throughput(projects: list[Project]) -> Counter[date]:
    """How many of the complete tasks were completed in the weeks that begin on these days."""
    tasks = Task.objects.filter(project__in=projects, deleted_at=None, category__in=FINISHED)
    return Counter(monday(task.completed_at) for task in tasks if task.completed_at)


def plain_flow(projects: list[Project]) -> dict[str, int]:
    tasks = Task.objects.filter(project__in=projects, deleted_at=None)
    found = Counter(tasks.values_list("category", flat=True))
    return {each.value: found[each] for each in Category}


def _by_status(projects: list[Project], counts: Counter[Any]) -> list[dict[str, Any]]:
    summed: Counter[tuple[str, str]] = Counter()
    for column in Status.objects.filter(project__in=projects).order_by("position", "key"):
        summed[column.key, column.category] += counts[column.pk]
    return [
        {"status": key, "category": category, "count": count}
        for (key, category), count in summed.items()
    ]


def _by_assignee(counts: Counter[Any]) -> list[dict[str, Any]]:
    most = sorted(counts.items(), key=lambda item: (-item[1], str(item[0] or "")))
    people = User.objects.in_bulk([pk for pk, _ in most if pk])
    return [{"assignee": as_shown(people.get(pk)), "count": count} for pk, count in most]


def as_shown(person: User | None) -> dict[str, str] | None:
    if person is None:
        return None
    return {"id": person.public_id, "name": person.name, "image": person.avatar_url}


def let_a_week_pass() -> None:
    """Everything that was counted happened a week earlier."""
    before = list(Total.objects.filter(kind=Kind.FLOW))
    Total.objects.filter(kind=Kind.FLOW).delete()
    for total in before:
        assert total.day
        total.pk, total.day = None, total.day - WEEK
    Total.objects.bulk_create(before)
    for change in CountedChange.objects.all():
        change.day -= WEEK
        change.save()
    for task in Task.objects.filter(completed_at__isnull=False):
        Task.objects.filter(pk=task.pk).update(completed_at=task.completed_at - WEEK)
