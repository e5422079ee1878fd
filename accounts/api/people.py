"""People named in requests, and several people as one column of a row."""

from typing import Any
from uuid import UUID

from django.db.models import F, Q, QuerySet, Subquery, TextField
from rest_framework.request import Request

from accounts.models import User
from core.api.actors import actor_of
from core.models import NO_ROW, as_uuid
from core.queries import Param, compiled


def person_named(value: str) -> UUID | None:
    """The key of the person with this id."""
    found: UUID | None = person_with_id.first(own=as_uuid(value), external=value)
    return found


def person_wanted(request: Request, value: str) -> UUID:
    """The key of the person with this id, that of who asks for `me`; of an unknown one the id.

    What is no id is NO_ROW. It is compared too, so that the time it takes does not tell whether
    there is such a person.
    """
    if value == "me":
        return actor_of(request).person.pk
    return person_named(value) or as_uuid(value) or NO_ROW


@compiled
def person_with_id(own: Any, external: Any) -> QuerySet[Any]:
    """The key of the person with one of these ids, ours or the identity provider's."""
    people: QuerySet[Any] = User.objects.filter(Q(pk=own) | Q(external_id=external))
    return people.values_list("pk", flat=True)


class PeopleOf(Subquery):
    """The people in the foreign key `user` of `rows`, as a JSON array; NULL without rows.

    Each is an array: id, name, image, address, when they were deleted, whether it is who asks.
    """

    template = (
        "(SELECT json_agg(json_build_array(q.key, q.named, q.image, q.address, q.gone, q.own)"
        " ORDER BY q.since, q.place)::text FROM (%(subquery)s) q)"
    )

    def __init__(self, rows: QuerySet[Any]) -> None:
        shown = {
            "key": F("user__public_id"),
            "named": F("user__name"),
            "image": F("user__avatar_url"),
            "address": F("user__email"),
            "gone": F("user__deleted_at"),
            "own": Q(user=Param("actor")),
            "since": F("created_at"),
            "place": F("pk"),
        }
        super().__init__(rows.values(**shown), output_field=TextField())
