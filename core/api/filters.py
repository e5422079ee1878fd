"""Query parameters that are parsed like the values of bodies."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Any

from django.core.validators import EMPTY_VALUES
from django.forms import Form, MultipleChoiceField
from django_filters import DateFilter, FilterSet, MultipleChoiceFilter
from rest_framework.exceptions import ValidationError
from rest_framework.fields import empty
from rest_framework.request import Request
from rest_framework.serializers import BooleanField, Serializer

from core.api.actors import zone_of
from core.days import check_day, end_of, start_of
from core.documents.conditions import Conditions

SWITCH = {"1": True, "true": True, "0": False, "false": False}
"""Values of parameters that switch something on or off, such as `dry_run`."""
DAYS = ["%Y-%m-%d"]
"""ISO only: Django's forms also accept 01/02/2030, whose day and month are ambiguous."""


def is_switched_on(request: Request, name: str) -> bool:
    """Whether the query parameter is given and true; ValidationError for any other value."""
    given = request.query_params.getlist(name)
    if len(given) > 1 or not SWITCH.keys() >= {*given}:
        raise ValidationError({name: [f"Must be one of: {', '.join(SWITCH)}."]})
    return any(SWITCH[value] for value in given)


class Filters(FilterSet):
    """Declares filters as django-filter does; they give conditions, whose SQL is compiled once.

    A filter compares its own column, unless the class has a function of its name with `where_`
    before it, or the filter itself has a function `where`: that gets the request and the value,
    and returns the conditions.
    """

    @classmethod
    def conditions(cls, request: Request) -> Conditions:
        """What the query parameters demand; ValidationError with messages for each of them."""
        found: Conditions = ()
        for name, value in cls.cleaned(request.query_params).items():
            own = getattr(cls.base_filters[name], "where", None)
            where = getattr(cls, f"where_{name}", own)
            found += where(request, value) if where else ((_lookup(cls, name), value),)
        return found

    @classmethod
    def cleaned(cls, params: Any) -> dict[str, Any]:
        """The values of the filters among the parameters that are not empty; ValidationError."""
        given = tuple(name for name in cls.base_filters if name in params)
        if not given:
            return {}
        filters: Any = cls
        form = _form(filters, given)(params)
        if not form.is_valid():
            errors: Any = form.errors
            raise ValidationError(errors)
        values = form.cleaned_data
        return {name: values[name] for name in given if values[name] not in EMPTY_VALUES}


class Flag(BooleanField):
    """`true` or `false`; anything else is refused, also an empty value."""

    TRUE_VALUES: set[str | bool | int] = {"true"}
    FALSE_VALUES: set[str | bool | int | float] = {"false"}

    def get_value(self, dictionary: Mapping[Any, Any]) -> Any:
        """The given value, even an empty one, which DRF ignores in data of HTML forms."""
        return dictionary.get(self.field_name, empty)


class RestorableWanted(Serializer[Any]):
    """`deleted=true` lists, instead, what the person can still restore."""

    deleted = Flag(required=False, default=False)


class _AnyCase(MultipleChoiceField):
    def to_python(self, value: Any) -> list[str]:
        return [word.upper() for word in super().to_python(value)]


class EnumFilter(MultipleChoiceFilter):
    """One or several values of an enum, in any case."""

    field_class = _AnyCase

    def __init__(self, kind: Any, **options: Any) -> None:
        # DISTINCT is not needed, and would change the order of the page.
        super().__init__(choices=kind.choices, distinct=False, **options)


class FromDay(DateFilter):
    """Times since the beginning of a day, in the time zone of the person asking."""

    def __init__(self, column: str) -> None:
        super().__init__(column, input_formats=DAYS, validators=[check_day])

    def where(self, request: Request, day: date) -> Conditions:
        return ((f"{self.field_name}__gte", start_of(day, zone_of(request))),)


class UntilDay(FromDay):
    """Times until the end of a day, in the time zone of the person asking."""

    def where(self, request: Request, day: date) -> Conditions:
        return ((f"{self.field_name}__lt", end_of(day, zone_of(request))),)


class CreationFilters(Filters):
    """The first and the last day on which rows were created."""

    created_after = FromDay("created_at")
    created_before = UntilDay("created_at")


@cache
def _form(filters: Any, given: tuple[str, ...]) -> type[Form]:
    """The form with the fields of these filters."""
    return type("Form", (Form,), {name: filters.base_filters[name].field for name in given})


def _lookup(filters: type[Filters], name: str) -> str:
    declared = filters.base_filters[name]
    compared = "one_of" if isinstance(declared, EnumFilter) else declared.lookup_expr
    return f"{declared.field_name}__{compared}"
