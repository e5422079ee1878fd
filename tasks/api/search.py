"""Searching tasks by words, over HTTP."""

from typing import Any, ClassVar
from uuid import UUID

from django.db.models import QuerySet
from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.envelope import Answer
from core.api.pagination import (
    DEFAULT_LIMIT,
    MAX_LIMIT,
    Page,
    page_limit,
    place_after,
    signed_cursor,
)
from core.api.permissions import IsSignedIn
from core.api.sizes import LONGEST_VALUE
from core.api.viewsets import ServiceViewSet
from core.documents.reading import show
from core.documents.selection import Selection, whole
from core.queries import compiled
from projects.models import Project
from tasks.api.documents import FoundTask, MatchedTask
from tasks.api.filters import check_words
from tasks.api.hits import LONGEST_SEARCH, Hit, Search, excerpts, find_hits
from tasks.models import Task
from workspaces.models import Workspace


class SearchAsked(serializers.Serializer[Any]):
    """Words, of which the last may be incomplete, or the key of a task."""

    q = serializers.CharField(
        max_length=LONGEST_SEARCH,
        validators=[check_words],
        help_text="Tasks and comments with all these words, or the key of a task, such as ENG-12.",
    )
    workspace = serializers.CharField(max_length=LONGEST_VALUE, required=False)
    project = serializers.CharField(max_length=LONGEST_VALUE, required=False)
    limit = serializers.IntegerField(min_value=1, max_value=MAX_LIMIT, required=False)
    cursor = serializers.CharField(required=False)


class TaskSearch(ServiceViewSet):
    """Tasks wherever the person may read, by the words in them and in comments on them."""

    document = FoundTask
    queries: ClassVar = {"search": SearchAsked}
    action_permissions: ClassVar = {"search": IsSignedIn()}
    continued = True
    more_meta: ClassVar = {"capped": {"type": "boolean"}}

    @extend_schema(responses={200: MatchedTask(many=True)})
    def search(self, request: Request) -> Response:
        """Search tasks, the best first.

        Words are found in titles, descriptions and comments; with few hits, similar titles too.
        `meta.capped` says that more have the words than are ranked: the newest 5,000 are.
        """
        limit = page_limit(request, DEFAULT_LIMIT)
        cursor = request.query_params.get("cursor")
        place = place_after(cursor, request) if cursor else {}
        search = self._search()
        hits = find_hits(search, self.actor, limit, tuple(place.values()))
        page = hits[:limit]
        documents = self._documents(page)
        is_last = len(hits) <= limit
        following = None if is_last else signed_cursor(page[-1].rank, page[-1].task, request)
        answer, headers = Page(rows=[], next_cursor=following, state=None).as_answer(request)
        found = excerpts(page, search)
        data = [
            {"task": documents[hit.task], "matches": found[hit.task]}
            for hit in page
            if hit.task in documents
        ]
        meta = {**(answer.meta or {}), "capped": any(hit.is_capped for hit in hits)}
        return Response(Answer(data, meta=meta), headers=headers)

    def _search(self) -> Search:
        asked = self.read_query()
        workspace = project = None
        if name := asked.get("workspace"):
            workspace = self.find(Workspace, name).pk
        if name := asked.get("project"):
            project = self.find(Project, name)
        return Search(asked["q"], workspace, project and project.pk)

    def _documents(self, hits: list[Hit]) -> dict[Any, Any]:
        """The documents of those tasks that are visible, by their ids."""
        ids = [hit.task for hit in hits]
        chosen = Selection(visible_among, actor=self.actor, ids=ids).bound(whole)
        shown = show(self.document, chosen, values=self.values)
        return {UUID(each.id): each.document for each in shown}


@compiled
def visible_among(actor: Any, ids: Any) -> QuerySet[Task]:
    return Task.objects.visible_to(actor).filter(pk__any_of=ids)
