"""Query parameters of the log."""

from datetime import datetime
from typing import Any

from django.db.models import Q
from django_filters import CharFilter, ChoiceFilter, DateFilter
from rest_framework import serializers
from rest_framework.request import Request

from activity.api.documents import ENTITIES
from activity.sentences import SENTENCES
from core.api.actors import actor_of
from core.api.filters import Filters
from core.api.pagination import MAX_LIMIT
from core.api.sizes import LONGEST_VALUE
from core.days import check_day, end_of, start_of
from tasks.api.filters import DAYS, NOBODY, person_named

ACTIONS = sorted({action for _, action in SENTENCES})
MOST_FOLLOWED = 500
"""The most events in one answer to a client that follows the log."""


class ActivityFilters(Filters):
    """`actor` is a person's id or `me`. The bounds of days are inclusive, in the person's zone."""

    actor = CharFilter(max_length=64)
    entity = ChoiceFilter(choices=[(name, name) for name in ENTITIES])
    action = ChoiceFilter(choices=[(name, name) for name in ACTIONS])
    created_after = DateFilter("created_at", input_formats=DAYS, validators=[check_day])
    created_before = DateFilter("created_at", input_formats=DAYS, validators=[check_day])

    @classmethod
    def wanted(cls, request: Request) -> Q:
        """The condition of all filters but the actor."""
        given = cls.cleaned(request.query_params)
        found = Q(**{name: given[name] for name in ("entity", "action") if name in given})
        first, end = cls.period(request)
        found &= Q(created_at__gte=first) if first else Q()
        return found & (Q(created_at__lt=end) if end else Q())

    @classmethod
    def period(cls, request: Request) -> tuple[datetime | None, datetime | None]:
        """The first moment that is wanted, and the first after it that is not."""
        given, zone = cls.cleaned(request.query_params), actor_of(request).person.time_zone
        first, last = given.get("created_after"), given.get("created_before")
        return first and start_of(first, zone), last and end_of(last, zone)

    @classmethod
    def actor_wanted(cls, request: Request) -> Any:
        """The key of the actor, NOBODY for an unknown one, None if the filter is not given."""
        match cls.cleaned(request.query_params).get("actor"):
            case None:
                return None
            case "me":
                return actor_of(request).person.pk
            case value:
                return person_named(value) or NOBODY


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
