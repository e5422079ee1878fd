"""Query parameters of the log."""

from typing import Any

from django_filters import CharFilter, ChoiceFilter
from rest_framework import serializers
from rest_framework.request import Request

from accounts.api.people import person_wanted
from activity.api.documents import ENTITIES
from activity.sentences import SENTENCES
from core.api.filters import CreationFilters
from core.api.pagination import MAX_LIMIT
from core.api.sizes import LONGEST_VALUE
from core.documents.conditions import Conditions
from core.events import IMPORT

ACTIONS = sorted({action for _, action in SENTENCES})
MOST_FOLLOWED = 500
"""The most events in one answer to a client that follows the log."""


class ActivityFilters(CreationFilters):
    """`actor` is a person's id or `me`. The bounds of days are inclusive, in the person's zone."""

    actor = CharFilter(max_length=64)
    entity = ChoiceFilter(choices=[(name, name) for name in ENTITIES])
    action = ChoiceFilter(choices=[(name, name) for name in ACTIONS])
    origin = ChoiceFilter(choices=[(IMPORT, IMPORT)])

    @staticmethod
    def where_actor(request: Request, value: str) -> Conditions:
        return (("actor_id", person_wanted(request, value)),)


class PageAsked(serializers.Serializer[Any]):
    """A page of events, the newest first."""

    limit = serializers.IntegerField(min_value=1, max_value=MAX_LIMIT, required=False)
    cursor = serializers.CharField(required=False)


class ActivityAsked(PageAsked):
    """The workspace, and perhaps a project of it."""

    workspace = serializers.CharField(max_length=LONGEST_VALUE)
    project = serializers.CharField(max_length=LONGEST_VALUE, required=False)


class Following(serializers.Serializer[Any]):
    """What a client that follows the log has seen already."""

    after = serializers.IntegerField(
        default=0, help_text="`meta.through` of the answer before; 0 for all events."
    )
    limit = serializers.IntegerField(min_value=1, max_value=MOST_FOLLOWED, default=100)
