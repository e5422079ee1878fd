"""What lists of rows can be narrowed by, whatever the rows are."""

from typing import Any

from django.contrib.admin import SimpleListFilter
from django.contrib.admin.views.main import ChangeList
from django.db.models import QuerySet
from django.http import HttpRequest


class Deletion(SimpleListFilter):
    """Live rows, unless somebody asks for the others."""

    title = "deletion"
    parameter_name = "deleted"

    def lookups(self, request: HttpRequest, model_admin: Any) -> list[tuple[str, str]]:
        return [("yes", "Deleted"), ("all", "Live and deleted")]

    def queryset(self, request: HttpRequest, queryset: QuerySet[Any]) -> QuerySet[Any]:
        if self.value() == "all":
            return queryset
        return queryset.filter(deleted_at__isnull=self.value() != "yes")

    def choices(self, changelist: ChangeList) -> Any:
        """As usual, but what is chosen by default is called by its name."""
        default, *others = super().choices(changelist)
        return [{**default, "display": "Live"}, *others]
