"""Filters for the admin lists of any model."""

from typing import Any

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest


class Deletion(SimpleListFilter):
    """Filter by `deleted_at`; by default, rows that are not deleted."""

    title = "deletion"
    parameter_name = "deleted"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Deleted"), ("all", "Live and deleted")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "all":
            return queryset
        return queryset.filter(deleted_at__isnull=self.value() != "yes")

    def choices(self, changelist: ChangeList) -> Any:
        """As Django's, with the default choice called "Live" instead of "All"."""
        default, *others = super().choices(changelist)
        return [{**default, "display": "Live"}, *others]
