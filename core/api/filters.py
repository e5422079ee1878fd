"""Query parameters that are parsed like the values of bodies."""

from collections.abc import Mapping
from functools import cache
from typing import Any

from django.core.validators import EMPTY_VALUES
from django.forms import Form, MultipleChoiceField
from django_filters import FilterSet, MultipleChoiceFilter
from rest_framework.exceptions import ValidationError
from rest_framework.fields import empty
from rest_framework.request import Request
from rest_framework.serializers import BooleanField, Serializer

from core.documents.conditions import Conditions

SWITCH = {"1": True, "true": True, "0": False, "false": False}
"""Values of parameters that switch something on or off, such as `dry_run`."""


def is_switched_on(request: Request, name: str) -> bool:
    """Whether the query parameter is given and true; ValidationError for any other value."""
    given = request.query_params.getlist(name)
    if len(given) > 1 or not SWITCH.keys() >= {*given}:
        raise ValidationError({name: [f"Must be one of: {', '.join(SWITCH)}."]})
    return any(SWITCH[value] for value in given)


class Filters(FilterSet):
    """Declares filters as django-filter does; they give conditions, whose SQL is compiled once.

    A filter compares its own column, unless the class has a function of its name with `where_`
    before it: that gets the request and the value, and returns the conditions.
    """

    @classmethod
    def conditions(cls, request: Request) -> Conditions:
        """What the query parameters demand; ValidationError with messages for each of them."""
        found: Conditions = ()
        for name, value in cls.cleaned(request.query_params).items():
            where = getattr(cls, f"where_{name}", None)
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


@cache
def _form(filters: Any, given: tuple[str, ...]) -> type[Form]:
    """The form with the fields of these filters."""
    return type("Form", (Form,), {name: filters.base_filters[name].field for name in given})


def _lookup(filters: type[Filters], name: str) -> str:
    declared = filters.base_filters[name]
    compared = "one_of" if isinstance(declared, EnumFilter) else declared.lookup_expr
    return f"{declared.field_name}__{compared}"
