"""Query parameters of the inbox."""

from typing import Any

from django_filters import CharFilter
from rest_framework import serializers
from rest_framework.request import Request

from core.api.filters import EnumFilter, Filters, Flag
from core.documents.conditions import Conditions
from core.models import LONGEST_UUID, NO_ROW, as_uuid
from notifications.models import NotificationKind


class Wanted(serializers.Serializer[Any]):
    """`snoozed=true` lists what is snoozed until later, which is left out otherwise.

    `unread` lists only what is not read yet, or with `false` only what is.
    """

    snoozed = Flag(required=False, default=False)
    unread = Flag(required=False)


def _of_workspace(_: Request, value: str) -> Conditions:
    own = as_uuid(value)
    return (("workspace", own),) if own else (("workspace__public_id", value),)


def _of_project(_: Request, value: str) -> Conditions:
    return (("project", as_uuid(value) or NO_ROW),)


def _of_task(_: Request, value: str) -> Conditions:
    return (("task", as_uuid(value) or NO_ROW),)


class NotificationFilters(Filters):
    """The kind, or several, and what they are about, by ids."""

    kind = EnumFilter(NotificationKind)
    workspace = CharFilter(max_length=64)
    project = CharFilter(max_length=LONGEST_UUID)
    task = CharFilter(max_length=LONGEST_UUID)

    where_workspace = staticmethod(_of_workspace)
    where_project = staticmethod(_of_project)
    where_task = staticmethod(_of_task)
