"""Whether any row refers to a person; if not, accounts may be joined without asking them.

All foreign keys to a person count, of any app, except rows that a provider or signing in
creates. Upper apps add checks for what has no foreign key.
"""

from collections.abc import Callable, Iterator
from typing import Any

from django.db.models import ManyToOneRel, Q, QuerySet

from accounts.models import User

_not_counted: dict[str, Q] = {}
_further: list[Callable[[User], bool]] = []


def not_counted(field: str, rows: Q | None = None) -> None:
    """Ignore the foreign key `app.model.field`, for these rows or altogether."""
    _not_counted[field] = rows if rows is not None else Q()


def counted(check: Callable[[User], bool]) -> Callable[[User], bool]:
    """Register the decorated function as a check for references without a foreign key."""
    _further.append(check)
    return check


def has_written(person: User) -> bool:
    """Whether anything refers to the person that would have to be moved, or lose its author."""
    return any(check(person) for check in (*_further, is_referred_to))


def is_referred_to(person: User) -> bool:
    return any(rows.exists() for rows in _references(person))


def _references(person: User) -> Iterator[QuerySet[Any]]:
    for relation in User._meta.get_fields(include_hidden=True):
        if not isinstance(relation, ManyToOneRel):  # and so every OneToOneRel
            continue
        field = relation.field
        rows = field.model._base_manager.filter(**{field.name: person})
        left_out = _not_counted.get(f"{field.model._meta.label_lower}.{field.name}")
        if left_out is None:
            yield rows
        elif left_out:
            yield rows.exclude(left_out)
