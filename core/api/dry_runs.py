"""`?dry_run=1`: what a write would answer and which events would follow; nothing is stored."""

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from django.db import connection, transaction
from django.http import HttpRequest
from drf_spectacular.plumbing import ResolvedComponent
from rest_framework import status
from rest_framework.exceptions import ValidationError
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.envelope import Answer
from core.api.filters import SWITCH, is_switched_on
from core.api.idempotency import SAFE
from core.events import Event, name_of

DRY_RUN = "dry_run"
MOST_EVENTS = 100
"""Most events that are told; `event_count` counts them all."""
META = ResolvedComponent(
    name="DryRun",
    type=ResolvedComponent.SCHEMA,
    object="DryRun",
    schema={
        "type": "object",
        "description": f"Only of a dry run: the events that would follow, {MOST_EVENTS} at most.",
        "required": ["events", "event_count"],
        "properties": {
            "events": {
                "type": "array",
                "maxItems": MOST_EVENTS,
                "items": {
                    "type": "object",
                    "required": ["entity", "action", "changes"],
                    "properties": {
                        "entity": {"type": "string"},
                        "action": {"type": "string"},
                        "changes": {
                            "type": "object",
                            "additionalProperties": {
                                "type": "object",
                                "required": ["old", "new"],
                                "properties": {"old": {}, "new": {}},
                            },
                        },
                    },
                },
            },
            "event_count": {"type": "integer", "minimum": 0},
        },
    },
)


def may_be_dry_run(request: HttpRequest) -> bool:
    """Whether the request asks for a dry run, if its view has one."""
    if not request.META.get("QUERY_STRING") or request.method in SAFE:
        return False
    return any(SWITCH.get(value) for value in request.GET.getlist(DRY_RUN))


def check_dry_run(request: Request, *, is_known: bool) -> None:
    """Refuse the parameter where the view has no dry run: the request would be carried out."""
    if request.method in SAFE or DRY_RUN not in request.query_params:
        return
    if not is_known:
        raise ValidationError({DRY_RUN: ["Unknown parameter."]})
    is_switched_on(request, DRY_RUN)


def roll_back(response: Response, events: Sequence[Event], *, may_read: bool) -> None:
    """Check what the commit would check, roll back, and tell the events in the answer.

    An answer without a body gets one. A credential that may not read sees no values.
    """
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
    transaction.set_rollback(True)
    told = [_told(event, may_read=may_read) for event in events if name_of(event)]
    answer = response.data if isinstance(response.data, Answer) else Answer(response.data)
    meta = {**(answer.meta or {}), "events": told[:MOST_EVENTS], "event_count": len(told)}
    response.data = replace(answer, meta=meta)
    if response.status_code == status.HTTP_204_NO_CONTENT:
        response.status_code = status.HTTP_200_OK
    response["Dry-Run"] = "true"


def _told(event: Event, *, may_read: bool) -> dict[str, Any]:
    entity, action = name_of(event) or ("", "")
    return {"entity": entity, "action": action, "changes": event.changes if may_read else {}}
