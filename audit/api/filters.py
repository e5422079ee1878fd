"""Query parameters that narrow the audit."""

from datetime import date

from django_filters import CharFilter, DateFilter
from rest_framework.request import Request

from core.api.actors import actor_of
from core.api.filters import Filters
from core.days import check_day, end_of, start_of
from core.documents.conditions import Conditions
from core.models import as_uuid
from tasks.api.filters import DAYS, NOBODY, person_named


def _by_actor(request: Request, value: str) -> Conditions:
    return (("actor_id", person_named(value) or as_uuid(value) or NOBODY),)


class EntryFilters(Filters):
    """The bounds of days are inclusive, in the person's zone; `actor` is a person's id."""

    actor = CharFilter(max_length=64)
    action = CharFilter(max_length=40)
    entity = CharFilter(max_length=100)
    entity_id = CharFilter(max_length=64)
    created_after = DateFilter("created_at", input_formats=DAYS, validators=[check_day])
    created_before = DateFilter("created_at", input_formats=DAYS, validators=[check_day])

    where_actor = staticmethod(_by_actor)

    @staticmethod
    def where_created_after(request: Request, day: date) -> Conditions:
        return (("created_at__gte", start_of(day, _zone(request))),)

    @staticmethod
    def where_created_before(request: Request, day: date) -> Conditions:
        return (("created_at__lt", end_of(day, _zone(request))),)


def _zone(request: Request) -> str:
    return actor_of(request).person.time_zone
