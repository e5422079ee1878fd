"""Query parameters that are parsed like the values of bodies."""

from collections.abc import Mapping
from typing import Any, ClassVar

from django.forms import Form, MultipleChoiceField
from django_filters import FilterSet, MultipleChoiceFilter
from rest_framework.fields import empty
from rest_framework.serializers import BooleanField, Serializer


class Filters(FilterSet):
    """A FilterSet with one form class for all requests, on which its fields do not depend."""

    form_classes: ClassVar[dict[type, type[Form]]] = {}

    def get_form_class(self) -> type[Form]:
        kind = type(self)
        if kind not in self.form_classes:
            self.form_classes[kind] = super().get_form_class()
        return self.form_classes[kind]


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
