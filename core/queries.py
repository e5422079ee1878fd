"""Compiled queries: SQL that the ORM generates once; each call only binds values and runs it.

Building and compiling a QuerySet takes several times as long as PostgreSQL needs to run it. So what
every request needs is written as a function that returns a QuerySet, and compiled:

    @compiled
    def role_in_project(person: Any, project: Any) -> QuerySet[Any]:
        return ProjectMembership.objects.filter(user=person, project=project).values_list("role")

    role_in_project.first(person=person.pk, project=project.pk)
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from datetime import date
from functools import cache
from inspect import signature
from operator import itemgetter
from typing import Any, NamedTuple

from django.core.exceptions import EmptyResultSet
from django.db import DEFAULT_DB_ALIAS, DatabaseError, connections
from django.db.models import Expression, Field, ForeignObject, Lookup, Model, QuerySet
from django.db.models.expressions import DatabaseDefault
from django.db.models.query import (
    FlatValuesListIterable,
    ModelIterable,
    ValuesListIterable,
    get_related_populators,
)
from django.db.transaction import TransactionManagementError

from core.actor import Actor
from core.lock_waits import may_wait
from core.remembering import remembered

FEW = 20
"""Most rows for which SQL is kept; more are inserted by Django, FULL rows with a statement."""
FULL = 1000


class Param(Expression):
    """A named parameter in a QuerySet, whose value is given each time the query is run."""

    def __init__(self, name: str) -> None:
        super().__init__()
        self.name = name

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        return "%s", (self,)


@Field.register_lookup
@ForeignObject.register_lookup
class AnyOf(Lookup[Any]):
    """`pk__any_of=ids`: `IN` with the ids as one array, so that their number changes no SQL."""

    lookup_name = "any_of"
    prepare_rhs = False

    def get_db_prep_lookup(self, value: Any, connection: Any) -> tuple[str, Any]:
        return "%s", [list(value)]

    def as_sql(self, compiler: Any, connection: Any) -> tuple[str, Any]:
        column, params = self.process_lhs(compiler, connection)
        values, more = self.process_rhs(compiler, connection)
        return f"{column} = ANY({values})", (*params, *more)


@Field.register_lookup
@ForeignObject.register_lookup
class AnyOfText(AnyOf):
    """As `any_of`, of ids that are already the text of an array, `{…}`: one value for compiling."""

    lookup_name = "any_of_text"

    def get_db_prep_lookup(self, value: Any, connection: Any) -> tuple[str, Any]:
        return "%s", [value]


class Plan(NamedTuple):
    """The SQL of a QuerySet, its parameters with a Param for each value, and how to read rows."""

    sql: str
    template: tuple[Any, ...]
    read: Callable[[list[Any]], list[Any]]
    is_locking: bool


class Compiled:
    """A function that returns a QuerySet for values, which is called once, with a Param for each.

    Values are ids, actors, or whatever a column of the query is compared with. None is NULL, which
    equals nothing.
    """

    def __init__(self, build: Callable[..., QuerySet[Any]]) -> None:
        self.build = build
        self._names = tuple(signature(build).parameters)
        self._plans: dict[bool, Plan | None] = {}

    def rows(self, **values: Any) -> list[Any]:
        """What the QuerySet yields: model instances, tuples or single values."""
        if (kept := remembered(self)) is None:
            return self._fetch(**values)
        key = tuple(_plain(values[name]) for name in self._names)
        if key not in kept:
            kept[key] = self._fetch(**values)
        return list(kept[key])

    def _fetch(self, **values: Any) -> list[Any]:
        if has_own_sql(values):
            return list(self.build(**values))
        plan = self._plan()
        if plan is None:
            return []
        database = connections[DEFAULT_DB_ALIAS]
        if plan.is_locking and not database.in_atomic_block:
            message = "rows are locked in a transaction only"
            raise TransactionManagementError(message)
        with database.cursor() as cursor:
            cursor.execute(plan.sql, filled(plan.template, values))
            return plan.read(cursor.fetchall())

    def first(self, **values: Any) -> Any | None:
        """The first of the rows, which the QuerySet limits or selects by a key; None without."""
        return next(iter(self.rows(**values)), None)

    def with_params(self) -> QuerySet[Any]:
        """The QuerySet with a Param for each value, to be compiled."""
        return self.build(**{name: Param(name) for name in self._names})

    def _plan(self) -> Plan | None:
        # Locks taken by a request that may not wait have NOWAIT (`core.lock_waits`).
        waits = may_wait()
        if waits not in self._plans:
            self._plans[waits] = _planned(self.with_params())
        return self._plans[waits]


def compiled(build: Callable[..., QuerySet[Any]]) -> Compiled:
    """Decorator that makes a `Compiled` of a function with named values."""
    return Compiled(build)


def has_own_sql(values: Mapping[str, Any]) -> bool:
    """Whether the SQL itself differs for these values: for a credential bound to workspaces."""
    return any(isinstance(value, Actor) and value.is_bound for value in values.values())


def filled(template: Sequence[Any], values: Mapping[str, Any]) -> tuple[Any, ...]:
    """The parameters of compiled SQL, with values in place of each Param."""
    return tuple(
        _plain(values[each.name]) if isinstance(each, Param) else each for each in template
    )


def _plain(value: Any) -> Any:
    return value.person_id if isinstance(value, Actor) else getattr(value, "pk", value)


def _planned(rows: QuerySet[Any]) -> Plan | None:
    """The plan of a QuerySet; None if Django knows that it is empty."""
    compiler = rows.query.get_compiler(DEFAULT_DB_ALIAS)
    try:
        sql, params = compiler.as_sql()
    except EmptyResultSet:
        return None
    if any(isinstance(each, date) for each in params):
        message = "a time of today would stay in the compiled SQL: make it a value"
        raise TypeError(message)
    # As in the `__iter__` of Django's iterables, but prepared once instead of for each query.
    shape = _reader(rows, compiler)
    converters = compiler.get_converters([column for column, *_ in compiler.select])

    def read(fetched: list[Any]) -> list[Any]:
        found = compiler.apply_converters(fetched, converters) if converters else fetched
        return [shape(row) for row in found]

    return Plan(sql, tuple(params), read, is_locking=rows.query.select_for_update)


def _reader(rows: QuerySet[Any], compiler: Any) -> Callable[[Sequence[Any]], Any]:
    """The function that makes what the QuerySet yields of a row of its columns."""
    kind: Any = vars(rows)["_iterable_class"]
    if kind is FlatValuesListIterable:
        return itemgetter(0)
    if kind is ValuesListIterable:
        return tuple
    if kind is not ModelIterable:
        message = f"{kind.__name__} cannot be compiled"
        raise TypeError(message)
    columns = compiler.klass_info["select_fields"]
    start, end = columns[0], columns[-1] + 1
    names = [column.target.attname for column, *_ in compiler.select[start:end]]
    populators: Any = get_related_populators
    related = populators(compiler.klass_info, compiler.select, DEFAULT_DB_ALIAS)
    annotations = list((compiler.annotation_col_map or {}).items())
    from_db = compiler.klass_info["model"].from_db

    def instance(row: Sequence[Any]) -> Any:
        made = from_db(DEFAULT_DB_ALIAS, names, row[start:end])
        for populator in related:
            populator.populate(row, made)
        for name, place in annotations:
            setattr(made, name, row[place])
        return made

    return instance


def insert(*rows: Model, ignore_conflicts: bool = False) -> None:
    """Insert new rows of one model with one statement, as `bulk_create` does: without signals.

    Reads back what the database generates, unless conflicts are ignored. Columns whose default
    the database sets are left out; many rows, and expressions as values, are left to Django.
    """
    if not rows:
        return
    model = type(rows[0])
    fields = inserted_fields(rows)
    if len(rows) > FEW or has_expressions(rows, fields):
        model._base_manager.bulk_create(rows, FULL, ignore_conflicts=ignore_conflicts)
        return
    database = connections[DEFAULT_DB_ALIAS]
    values = [saved_value(field, row, database, add=True) for row in rows for field in fields]
    returned = () if ignore_conflicts else tuple(model._meta.db_returning_fields)
    with database.cursor() as cursor:
        sql = _insert_sql(model, fields, len(rows), returned, ignore_conflicts=ignore_conflicts)
        cursor.execute(sql, values)
        made = cursor.fetchall() if returned else [()] * len(rows)
    for row, generated in zip(rows, made, strict=True):
        for field, value in zip(returned, generated, strict=True):
            setattr(row, field.attname, value)
        state = vars(row)["_state"]
        state.adding, state.db = False, DEFAULT_DB_ALIAS


def update(row: Model, *names: str) -> None:
    """Save these fields of a row, as `save(update_fields=names)` does: but without signals."""
    fields = tuple(row._meta.get_field(name) for name in dict.fromkeys(names))
    database = connections[DEFAULT_DB_ALIAS]
    values = [saved_value(field, row, database, add=False) for field in fields]
    with database.cursor() as cursor:
        cursor.execute(_update_sql(type(row), fields), [*values, row.pk])
        if cursor.rowcount != 1:
            message = f"there is no row {row.pk} to update"
            raise DatabaseError(message)


def inserted_fields(rows: Sequence[Model]) -> tuple[Any, ...]:
    """The fields that new rows of one model have values for; the database sets the others."""
    return tuple(
        field
        for field in (rows[0]._meta.local_concrete_fields if rows else ())
        if not field.generated and not isinstance(getattr(rows[0], field.attname), DatabaseDefault)
    )


def has_expressions(rows: Sequence[Model], fields: Sequence[Any]) -> bool:
    """Whether a value is an expression, such as `Now()`, which is SQL of its own."""
    return any(hasattr(getattr(row, field.attname), "as_sql") for row in rows for field in fields)


def saved_value(field: Any, row: Model, database: Any, *, add: bool) -> Any:
    return field.get_db_prep_save(field.pre_save(row, add), database)


@cache
def _insert_sql(
    model: type[Model],
    fields: tuple[Any, ...],
    count: int,
    returned: tuple[Any, ...],
    *,
    ignore_conflicts: bool,
) -> str:
    places = ", ".join([f"({', '.join(['%s'] * len(fields))})"] * count)
    words = ["INSERT INTO", f'"{model._meta.db_table}"', f"({', '.join(quoted_names(fields))})"]
    words += ["VALUES", places]
    words += ["ON CONFLICT DO NOTHING"] if ignore_conflicts else []
    words += ["RETURNING", ", ".join(quoted_names(returned))] if returned else []
    return " ".join(words)


@cache
def _update_sql(model: type[Model], fields: tuple[Any, ...]) -> str:
    changes = ", ".join(f"{column} = %s" for column in quoted_names(fields))
    [pk] = quoted_names([model._meta.pk])
    return " ".join(["UPDATE", f'"{model._meta.db_table}"', "SET", changes, "WHERE", pk, "= %s"])


def quoted_names(fields: Sequence[Any]) -> Iterator[str]:
    quote_name = connections[DEFAULT_DB_ALIAS].ops.quote_name
    return (quote_name(field.column) for field in fields)
