"""Which renderer answers."""

from collections.abc import Iterable
from typing import Any

from rest_framework.negotiation import DefaultContentNegotiation
from rest_framework.renderers import BaseRenderer
from rest_framework.request import Request

ANYTHING = ("", "*/*", "application/json", "application/json, text/plain, */*")
"""What programs ask for; none of these needs weighing."""


class JsonFirst(DefaultContentNegotiation):
    """The first renderer, unless somebody asks for something else."""

    def select_renderer(
        self, request: Request, renderers: Iterable[BaseRenderer], format_suffix: str | None = None
    ) -> Any:
        if self.is_plain(request):
            first = next(iter(renderers))
            return first, first.media_type
        return super().select_renderer(request, renderers, format_suffix)

    def is_plain(self, request: Request) -> bool:
        """Whether the first renderer will do."""
        return request.headers.get("Accept", "") in ANYTHING and (
            "format" not in request.query_params
        )
