"""The payloads and results of each type of job; upper apps register those of theirs."""

from collections.abc import Mapping
from datetime import date, time
from typing import Any, NamedTuple

import orjson
from django.db.models import Model
from drf_spectacular.drainage import set_override
from drf_spectacular.utils import PolymorphicProxySerializer
from rest_framework import serializers

from core.api.fields import Input
from jobs.api.bulk import BulkJobResult, BulkPayload
from jobs.services.submission import LARGEST_PAYLOAD, PayloadTooLarge

Form = type[serializers.Serializer[Any]]


class Payload(NamedTuple):
    """How a payload is read, and what the result of the job looks like."""

    form: Form
    result: Form


class NoResult(serializers.Serializer[Any]):
    """Nothing but that it was done."""


_payloads: dict[str, Payload] = {}


class Duplicate(Exception):
    """A payload is registered a second time."""


def register_payload(job_type: str, form: type[Input], *, result: Form = NoResult) -> None:
    """Enter the serializer of a type's payload, and that of its result.

    A job is in the workspace of what the payload's key `project`, or `project_id`, names.
    """
    if job_type in _payloads:
        message = f"There is a payload of {job_type!r} already."
        raise Duplicate(message)
    _payloads[job_type] = Payload(form, result)


def payload_form(job_type: str) -> Form:
    return _payloads[job_type].form


def names() -> list[str]:
    """The types of jobs that may be asked for over HTTP."""
    return sorted(_payloads)


def as_json(form: serializers.Serializer[Any]) -> dict[str, Any]:
    """The payload as it is stored: what has been read by its keys, rows by their ids."""
    values = form.validated_data
    found = {name: values.get(field.source) for name, field in form.fields.items()}
    return {name: _plain(value) for name, value in found.items() if value is not None}


def _plain(value: Any) -> Any:
    if isinstance(value, Model):
        return str(value.pk)
    if isinstance(value, date | time):
        return value.isoformat()
    if isinstance(value, Mapping):
        return {str(key): _plain(each) for key, each in value.items()}
    if isinstance(value, list | tuple | set | frozenset):
        return [_plain(each) for each in value]
    return value if isinstance(value, str | int | float | bool | None) else str(value)


class _Described(serializers.JSONField):
    """JSON of one of several forms, which the OpenAPI document names."""

    forms: str

    def __init__(self, **options: Any) -> None:
        super().__init__(**options)
        several = PolymorphicProxySerializer(
            component_name=f"Job{self.forms.capitalize()}",
            serializers=lambda: [getattr(each, self.forms) for each in _payloads.values()],
            resource_type_field_name=None,
        )
        set_override(self, "field", several)

    def to_internal_value(self, data: Any) -> Any:
        if not isinstance(data, dict):
            raise serializers.ValidationError(["Must be an object."])
        if len(orjson.dumps(data)) > LARGEST_PAYLOAD:
            raise serializers.ValidationError([PayloadTooLarge.message])
        return data


class PayloadField(_Described):
    """The payload of a job, by its type."""

    forms = "form"


class ResultField(_Described):
    """The result of a job, by its type; null until it is completed."""

    forms = "result"


class EchoPayload(Input):
    """Any text."""

    message = serializers.CharField(max_length=10_000, required=False, default="")


class Echoed(serializers.Serializer[Any]):
    """The text that was sent."""

    echo = serializers.CharField()


register_payload("echo", EchoPayload, result=Echoed)
register_payload("bulk", BulkPayload, result=BulkJobResult)
