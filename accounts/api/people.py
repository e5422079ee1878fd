"""Several people as one column of a row."""

from typing import Any

from django.db.models import F, Q, QuerySet, Subquery, TextField

from core.queries import Param


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
