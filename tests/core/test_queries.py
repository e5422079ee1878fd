"""Compiled queries: built once, then only bound to values."""

from datetime import timedelta
from typing import Any
from uuid import UUID, uuid4

import pytest
from django.db import DatabaseError, connection
from django.db.models import F
from django.db.models.functions import Now
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from accounts.models import User
from core.actor import Actor, Credential
from core.errors import NotFound
from core.lock_waits import waiting
from core.queries import FEW, Compiled, compiled, insert, update
from outbox.models import Delivery
from projects.models import Status
from tasks.models import StatusChange, Task
from tests.support.cast import Cast
from workspaces.models import Workspace, role_in_workspace

pytestmark = pytest.mark.django_db


def test_a_query_is_built_once_for_all_values(cast: Cast) -> None:
    built = []

    @compiled
    def called(name: Any) -> Any:
        built.append(name)
        return User.objects.filter(name=name)

    assert called.first(name=cast.ada.name) == cast.ada
    assert called.rows(name=cast.lea.name) == [cast.lea]
    assert called.first(name="Nobody") is called.first(name=None) is None
    assert len(built) == 1


def test_it_yields_what_the_queryset_yields(cast: Cast) -> None:
    columns = Status.objects.filter(project=cast.project).order_by("position")

    for rows in (columns, columns.values_list("key", "id"), columns.values_list("id", flat=True)):
        assert Compiled(rows.all).rows() == list(rows) != []
    assert Compiled(columns.none).rows() == []
    with pytest.raises(TypeError, match="ValuesIterable cannot be compiled"):
        Compiled(columns.values("key").all).rows()
    with pytest.raises(TypeError, match="a time of today would stay"):
        Compiled(columns.filter(created_at__lt=timezone.now()).all).rows()


def test_its_models_have_what_is_joined_annotated_and_deferred(cast: Cast, task: Task) -> None:
    rows = Task.objects.with_standing_of(Actor(user=cast.lea)).select_related("assignee")
    rows = rows.defer("description").filter(pk=task.pk)

    [found], [ordinary] = Compiled(rows.all).rows(), rows

    with CaptureQueriesContext(connection) as queries:
        assert found.project == cast.project
        assert found.assignee is None
    assert not queries.captured_queries
    assert found.actor_project_role == ordinary.actor_project_role == "LEAD"
    assert found.get_deferred_fields() == {"description"}
    assert vars(found).keys() == vars(ordinary).keys()


def test_a_credential_bound_elsewhere_stays_bound(cast: Cast) -> None:
    def role(*workspaces: UUID) -> Any:
        credential = Credential("personal_token", workspaces=frozenset(workspaces))
        actor = Actor(user=cast.lea, credential=credential)
        return role_in_workspace.first(actor=actor, workspace=cast.workspace.pk)

    assert role_in_workspace.first(actor=Actor(user=cast.lea), workspace=cast.workspace.pk)
    assert role(cast.workspace.pk)
    assert role(cast.elsewhere.pk) is None


def test_any_of_takes_many_values_with_the_same_sql(cast: Cast) -> None:
    people = Compiled(lambda pks: User.objects.filter(pk__any_of=pks))
    two = {cast.ada.pk, cast.lea.pk}

    assert people.rows(pks=[]) == []
    assert {person.pk for person in people.rows(pks=list(two))} == two
    assert {person.pk for person in User.objects.filter(pk__any_of=two)} == two


def test_locks_know_whether_they_may_wait(cast: Cast) -> None:
    def sql() -> str:
        with CaptureQueriesContext(connection) as queries:
            Workspace.objects.locked(cast.workspace.pk)
        return str(queries.captured_queries[0]["sql"])

    assert sql().endswith('FOR NO KEY UPDATE OF "workspaces_workspace"')
    with waiting(allowed=False):
        assert sql().endswith("NOWAIT")


@pytest.mark.parametrize("count", [1, 3, FEW + 1])
def test_insert_reads_back_what_the_database_makes(cast: Cast, task: Task, count: int) -> None:
    people = [User(email=f"{n}@example.com", external_id=f"id-{n}") for n in range(count)]

    insert(*people)

    assert [person.public_id for person in people] == [f"id-{n}" for n in range(count)]
    people[0].save(force_update=True)
    assert list(User.objects.filter(pk__any_of=[p.pk for p in people]).order_by("pk")) == people
    with CaptureQueriesContext(connection) as queries:
        insert()
    assert not queries.captured_queries


def test_insert_may_ignore_conflicts(cast: Cast) -> None:
    def delivery(key: str) -> Delivery:
        return Delivery(channel="x", kind="x", recipient_id=cast.ada.pk, dedupe_key=key)

    insert(delivery("one"), ignore_conflicts=True)
    insert(delivery("one"), delivery("two"), ignore_conflicts=True)
    late = delivery("three")
    late.next_at = Now() + timedelta(hours=1)
    insert(late)

    rows = Delivery.objects.order_by("created_at")
    assert list(rows.values_list("dedupe_key", flat=True)) == ["one", "two", "three"]
    assert all(row.queued_at for row in rows)


def test_update_saves_these_fields_of_a_row_that_is_there(cast: Cast) -> None:
    cast.ada.name, cast.ada.avatar_url = "Countess", "https://example.com"
    before = cast.ada.updated_at

    update(cast.ada, "name", "updated_at")

    kept = User.objects.get(pk=cast.ada.pk)
    assert (kept.name, kept.avatar_url) == ("Countess", "")
    assert kept.updated_at == cast.ada.updated_at > before
    with pytest.raises(DatabaseError):
        update(User(pk=uuid4()), "name")


def test_the_history_is_inserted_only(task: Task) -> None:
    with pytest.raises(DatabaseError):
        update(StatusChange.objects.get(task=task), "target")


def test_a_lock_of_narrowed_rows_reads_them_as_asked(cast: Cast, task: Task) -> None:
    rows = Task.objects.annotate(twice=F("number") * 2)

    assert rows.locked(task.pk).twice == 2 * task.number
    assert Task.objects.defer("title").locked(task.pk).get_deferred_fields() == {"title"}
    assert Task.objects.select_related("project").locked(task.pk).project == cast.project
    with pytest.raises(NotFound):
        Task.objects.filter(number=0).locked(task.pk)
