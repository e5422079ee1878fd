"""Pages of admin lists of tables with many rows."""

from functools import cached_property
from typing import TYPE_CHECKING, Any, cast

from django.core.paginator import Paginator

if TYPE_CHECKING:
    from django.db.models import QuerySet

    AnyPaginator = Paginator[Any]
else:
    AnyPaginator = Paginator

MOST_COUNTED = 10_000


class BoundedPaginator(AnyPaginator):
    """Counts no further than MOST_COUNTED rows, so that a list of millions opens at once.

    What is beyond is found by filters.
    """

    @cached_property
    def count(self) -> int:
        rows = cast("QuerySet[Any]", self.object_list)
        return rows.order_by()[:MOST_COUNTED].count()
