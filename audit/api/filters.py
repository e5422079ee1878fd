"""Query parameters that narrow the audit."""

from django_filters import CharFilter
from rest_framework.request import Request

from accounts.api.people import person_wanted
from core.api.filters import CreationFilters
from core.documents.conditions import Conditions


class EntryFilters(CreationFilters):
    """The bounds of days are inclusive, in the person's zone; `actor` is a person's id or `me`."""

    actor = CharFilter(max_length=64)
    action = CharFilter(max_length=40)
    entity = CharFilter(max_length=100)
    entity_id = CharFilter(max_length=64)

    @staticmethod
    def where_actor(request: Request, value: str) -> Conditions:
        return (("actor_id", person_wanted(request, value)),)
