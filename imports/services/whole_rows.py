"""Lines of the ZIP of a workspace as rows of the database, with new ids."""

from collections.abc import Callable, Iterable, Mapping
from datetime import date, datetime
from typing import Any, NamedTuple
from uuid import UUID, uuid5

from django.core.exceptions import ValidationError
from django.db.models import BooleanField, CharField, DateField, DateTimeField, Model, TextField
from django.utils import timezone

from accounts.models import User
from attachments.files.names import InvalidFileName, display_name
from core.days import check_day
from core.models import as_uuid
from core.names import check_name
from exports.services.kinds import Kind
from imports.sources.records import FileRefused
from workspaces.models import Membership

MOST_PEOPLE = 50_000
ONE_LINE = ("name", "title", "file_name")
"""The fields that are shown in one line."""
CHECKS: dict[str, Callable[[str], bool]] = {
    "projects.key": lambda key: key.isascii() and key.isalnum() and key.isupper(),
}


class Person(NamedTuple):
    """Who is named in a file, and the member of the workspace with the same address."""

    name: str
    member: UUID | None


NOBODY = Person("", None)
People = Mapping[str, Person]
"""By the id in the file."""


def matched(lines: Iterable[Mapping[str, Any]], workspace: UUID) -> People:
    """The people of a file, matched with the members of the workspace by their addresses."""
    named: dict[str, tuple[str, str]] = {}
    for line in lines:
        texts = [line.get(key) or "" for key in ("id", "name", "email")]
        if len(named) >= MOST_PEOPLE or not all(isinstance(text, str) for text in texts):
            raise FileRefused("The people of the file cannot be read.")
        named[texts[0]] = (texts[1][:200], texts[2].strip().lower())
    places = Membership.objects.filter(workspace=workspace, user__is_active=True)
    found = User.objects.filter(pk__in=places.values("user_id"), deleted_at=None)
    wanted = {email for _, email in named.values() if email}
    members = {email.lower(): pk for email, pk in found.values_list("email", "pk")}
    known = {email: members[email] for email in wanted & members.keys()}
    return {key: Person(name, known.get(email)) for key, (name, email) in named.items()}


class Ids:
    """New ids, the same for a line of the file however often it is read."""

    def __init__(self, job: UUID) -> None:
        self._job = job

    def new(self, kind: str, given: Any) -> UUID:
        """The id of the row that a line becomes; FileRefused for what is no id."""
        known = as_uuid(given) if isinstance(given, str) else None
        if known is None:
            raise FileRefused(f"A row of {kind} has no id.")
        return uuid5(self._job, f"{kind}:{known}")


def plain_values(kind: Kind, line: Mapping[str, Any]) -> dict[str, Any]:
    """The values of the fields that hold no ids; FileRefused for what does not belong there."""
    return {name: _value(kind, name, line.get(name)) for name in kind.plain}


def _value(kind: Kind, name: str, given: Any) -> Any:
    field: Any = kind.model._meta.get_field(name)
    try:
        if given is None and field.null:
            return None
        value = _parsed(field, given)
        if isinstance(value, str):
            value = _text(kind, field, value)
        return field.clean(value, None)
    except (ValidationError, InvalidFileName, TypeError, ValueError) as problem:
        message = f"A row of {kind.name} has a wrong {name}: {str(given)[:80]!r}."
        raise FileRefused(message) from problem


def _parsed(field: Any, given: Any) -> Any:
    """What JSON has for the value of such a field; ValueError or TypeError for anything else."""
    match field:
        case DateTimeField():
            moment = datetime.fromisoformat(given)
            check_day(moment.date())
            return min(moment, timezone.now()) if moment.tzinfo else _wrong()
        case DateField():
            day = date.fromisoformat(given)
            check_day(day)
            return day
        case BooleanField():
            return given if isinstance(given, bool) else _wrong()
        case CharField() | TextField():
            return given if isinstance(given, str) else _wrong()
        case _:
            is_known = isinstance(given, int | str) and not isinstance(given, bool)
            return given if is_known else _wrong()


def _text(kind: Kind, field: Any, text: str) -> str:
    check = CHECKS.get(f"{kind.name}.{field.name}")
    if "\x00" in text or len(text) > (field.max_length or len(text)) or (check and not check(text)):
        _wrong()
    if field.name in ONE_LINE:
        check_name(text)
        if not text.strip():
            _wrong()
    return display_name(text) if field.name == "file_name" else text


def _wrong() -> Any:
    raise ValueError


def existing(model: type[Model], ids: Iterable[UUID | None]) -> set[UUID]:
    """Those of the ids that rows of the model have."""
    rows = model._default_manager.filter(pk__any_of=list({pk for pk in ids if pk}))
    return set(rows.values_list("pk", flat=True))
