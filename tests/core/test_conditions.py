"""Conditions of filters: compiled once, whatever their values."""

from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import connection
from django.db.models import QuerySet

from core.actor import Actor, Credential
from core.documents.conditions import Conditions, Literal, narrowed
from core.documents.selection import Selection, whole
from core.queries import compiled
from tasks.models import Task
from tests.support.bulk import tasks_with
from tests.support.cast import Cast

pytestmark = pytest.mark.django_db


@compiled
def tasks_seen(actor: Any) -> QuerySet[Task]:
    return Task.objects.visible_to(actor)


def ids(selection: Selection) -> set[UUID]:
    if (bound := selection.bound(whole)) is None:
        return set()
    with connection.cursor() as cursor:
        cursor.execute(*bound)
        return {pk for (pk,) in cursor.fetchall()}


def various(cast: Cast, first: int) -> list[Conditions]:
    """Conditions of the same kinds with other values, and of other kinds; `first` is a number."""
    lea, max_ = Literal(cast.lea.pk), Literal(cast.max.pk)
    statuses = list(cast.project.statuses.order_by("position").values_list("pk", flat=True))
    return [
        (("assignee", lea),),
        (("assignee", max_),),
        (("assignee", None),),
        (("status__one_of", statuses[:1]), ("status__one_of", statuses)),
        (("status__one_of", statuses[1:2]), ("status__one_of", statuses)),
        (("status__one_of", statuses), ("assignee", max_), ("number__gte", first + 1)),
        (("status__one_of", statuses), ("assignee", lea), ("number__gte", first + 1)),
        (("status__one_of", []),),
        (("priority__one_of", ["HIGH"]), ("number__gte", first), ("number__lte", first + 2)),
        (("assignee", max_), ("created_by", lea)),
        (("assignee", lea), ("created_by", max_)),
    ]


def test_they_select_what_the_queryset_selects(cast: Cast) -> None:
    tasks = tasks_with(cast, [""] * 6)
    for task, person in zip(tasks, (cast.lea, cast.max, cast.max, None, cast.lea), strict=False):
        Task.objects.filter(pk=task.pk).update(assignee=person)
    Task.objects.filter(pk=tasks[1].pk).update(priority="HIGH")
    bound = Credential("session", workspaces=frozenset({cast.workspace.pk}))
    found = []
    for actor in (Actor(user=cast.ada), Actor(user=cast.ada, credential=bound)):
        for conditions in various(cast, tasks[0].number):
            expected = narrowed(Task.objects.visible_to(actor), conditions)
            selected = ids(Selection(tasks_seen, actor=actor).filter(conditions))
            assert selected == {task.pk for task in expected}
            found.append(len(selected))
    assert found == [2, 2, 2, 6, 0, 2, 1, 0, 1, 2, 0] * 2


def test_conditions_of_the_same_kinds_are_compiled_once(cast: Cast) -> None:
    built = []

    @compiled
    def numbered(number: Any) -> QuerySet[Task]:
        built.append(number)
        return Task.objects.filter(number=number)

    for number in (1, 2, 3):
        conditions = (("assignee", Literal(uuid4())), ("priority__one_of", ["LOW", str(number)]))
        bound = Selection(numbered, number=number).filter(conditions).bound(whole)
        assert bound is not None
        assert bound.params == (number, "LOW", str(number))
        assert conditions[0][1].text in bound.sql
    assert len(built) == 1


def test_a_literal_is_an_id() -> None:
    text: Any = "' OR true --"
    with pytest.raises(ValueError, match="badly formed"):
        Literal(text)
