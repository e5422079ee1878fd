"""Input serializers and fields: keys in either case, and lenient parsing of common values."""

import re
from collections.abc import Mapping
from datetime import date, datetime
from decimal import ROUND_HALF_UP, Decimal, InvalidOperation
from typing import Any, ClassVar, cast

from drf_spectacular.types import OpenApiTypes
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers
from rest_framework.request import Request

from core.api.public_ids import find_row
from core.api.sizes import LONGEST_KEY, MOST_KEYS, TOO_MANY_KEYS, oversized
from core.days import BOUNDS, check_day
from core.names import check_name


class Input(serializers.Serializer[Any]):
    """Keys may be in snake_case or camelCase; unknown keys are ignored."""

    # The OpenAPI document shows this docstring for inputs that have none of their own.

    class Meta:
        # Maps other names of a key, in snake_case, to the declared one.
        also: ClassVar[dict[str, str]] = {}
        # Maps a key of what services are given to the name events have for it, if it has another.
        logged_as: ClassVar[dict[str, str]] = {}

    def to_internal_value(self, data: Any) -> dict[str, Any]:
        if isinstance(data, Mapping):
            if len(data) > MOST_KEYS:
                raise serializers.ValidationError({"non_field_errors": [TOO_MANY_KEYS]})
            data = self.respelled(data)
            if errors := oversized(self, data):
                raise serializers.ValidationError(errors)
        values: dict[str, Any] = super().to_internal_value(data)
        return values

    def respelled(self, data: Mapping[str, Any]) -> dict[str, Any]:
        """The data with the declared names of its keys, without those that are unknown."""
        also = getattr(self.Meta, "also", {})
        respelled = {}
        for key, value in data.items():
            if len(key) > LONGEST_KEY:
                continue
            snake = re.sub(r"(?<!^)(?=[A-Z])", "_", key).lower()
            name = also.get(snake, snake)
            if name in self.fields and (name not in respelled or key == name):
                respelled[name] = value
        return respelled


class Name(serializers.CharField):
    """One line of visible text."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.validators.append(check_name)


class AnyId(serializers.CharField):
    """Text that is no id at all names nothing, which is 404 like any other id nobody has."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        self.validators.clear()


class Choice(serializers.ChoiceField):
    """An enum value in any case; `also` maps values that other products use to ours."""

    def __init__(self, choices: Any, also: Mapping[str, str] | None = None, **options: Any) -> None:
        super().__init__(getattr(choices, "choices", choices), **options)
        self.also = also or {}

    def to_internal_value(self, data: Any) -> Any:
        if isinstance(data, str):
            data = data.strip().upper()
            data = self.also.get(data, data)
        return super().to_internal_value(data)


class OptionalDate(serializers.DateField):
    """A date, `YYYY-MM-DD`; the empty string means none, of a date-time only the date is used."""

    def __init__(self, **options: Any) -> None:
        defaults = {"help_text": BOUNDS, "validators": [check_day]}
        super().__init__(**{"allow_null": True, "required": False, **defaults, **options})

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        return super().validate_empty_values(None if data == "" else data)

    def to_internal_value(self, value: Any) -> date:
        if isinstance(value, str) and "T" in value:
            try:
                return datetime.fromisoformat(value).date()
            except ValueError:
                self.fail("invalid", format="YYYY-MM-DD")
        day: date = super().to_internal_value(value)
        return day


class OptionalTime(serializers.TimeField):
    """A time of day, `HH:MM` with optional seconds; the empty string means none.

    It is in the person's own time zone, so an offset from UTC is refused instead of dropped.
    """

    def __init__(self, **options: Any) -> None:
        defaults = {"input_formats": ["%H:%M", "%H:%M:%S", "%H:%M:%S.%f"]}
        super().__init__(**{"allow_null": True, "required": False, **defaults, **options})

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        return super().validate_empty_values(None if data == "" else data)


class OptionalText(serializers.CharField):
    """Text that may be left empty; null means empty."""

    def __init__(self, **options: Any) -> None:
        super().__init__(**{"allow_blank": True, "allow_null": True, "required": False, **options})

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        is_empty, value = super().validate_empty_values(data)
        return is_empty, "" if is_empty and value is None else value


@extend_schema_field(
    {
        "description": "0 to 100, rounded half up.",
        "anyOf": [
            {"type": "number", "exclusiveMinimum": -0.5, "exclusiveMaximum": 100.5},
            {"type": "string", "pattern": "^[0-9]{1,3}([.][0-9]*)?$"},
        ],
    }
)
class Percentage(serializers.IntegerField):
    """0 to 100, rounded half up: 96.84 is 97; as a number or as text, which HTML forms send."""

    def __init__(self, **options: Any) -> None:
        super().__init__(min_value=0, max_value=100, **options)

    def to_internal_value(self, data: Any) -> int:
        try:
            number = Decimal(str(data))
            if isinstance(data, bool) or not number.is_finite():
                self.fail("invalid")
            return int(number.quantize(Decimal(1), ROUND_HALF_UP))
        except InvalidOperation:
            self.fail("invalid")


@extend_schema_field(OpenApiTypes.STR)
class Visible(serializers.Field[Any, str, str, Any]):
    """A row given by its public id; one the actor may not see is refused as if it did not exist.

    `model.objects` needs `visible_to(actor)`, and `with_public_id(value)` if the model has ids of
    an identity provider. The serializer's context must contain the `actor`.
    """

    default_error_messages: ClassVar = {
        "does_not_exist": "Not found.",
        "invalid": "Must be an id.",
    }

    def __init__(self, model: Any, **options: Any) -> None:
        super().__init__(**options)
        self.model = model

    def validate_empty_values(self, data: Any) -> tuple[bool, Any]:
        is_optional = self.allow_null and data == ""
        return super().validate_empty_values(None if is_optional else data)

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, str):
            self.fail("invalid")
        found = find_row(self.model, data, actor=self.context["actor"])
        if found is None:
            self.fail("does_not_exist")
        return found

    def to_representation(self, value: Any) -> str:
        return str(getattr(value, "public_id", value.pk))


def read_body(
    form: type[serializers.Serializer[Any]], request: Request, **context: Any
) -> dict[str, Any]:
    """The validated body; raises ValidationError (400) with messages for each field."""
    return cast("dict[str, Any]", checked_body(form, request, **context).validated_data)


def checked_body(
    form: type[serializers.Serializer[Any]], request: Request, **context: Any
) -> serializers.Serializer[Any]:
    """As `read_body`, but the serializer, which also has the body as it was sent."""
    body = form(data=request.data, context=context)
    body.is_valid(raise_exception=True)
    return body
