"""The reactions to a comment, as documents show them."""

from typing import Any

from django.contrib.postgres.aggregates import BoolOr
from django.db.models import Count, JSONField, Min, OuterRef, Q, QuerySet, Subquery
from rest_framework import serializers

from comments.models import Emoji, Reaction
from core.queries import Param


class Counted(Subquery):
    """For each emoji how many reacted with it, and whether the person asking did; as JSON."""

    template = (
        "COALESCE((SELECT jsonb_agg(jsonb_build_object("
        "'emoji', q.emoji, 'count', q.many, 'mine', q.own) ORDER BY q.since, q.emoji)"
        " FROM (%(subquery)s) q), '[]'::jsonb)"
    )

    def __init__(self, rows: QuerySet[Any]) -> None:
        own = BoolOr(Q(user=Param("actor")))
        rows = rows.values("emoji").annotate(many=Count("pk"), own=own, since=Min("created_at"))
        super().__init__(rows.order_by(), output_field=JSONField())


class ReactionCount(serializers.Serializer[Any]):
    """How many people reacted with an emoji; `mine` says whether the person asking is one."""

    emoji = serializers.ChoiceField(Emoji.choices)
    count = serializers.IntegerField()
    mine = serializers.BooleanField()


class Reactions(serializers.ListSerializer[Any]):
    """The reactions to a comment, the first used emoji first."""

    def __init__(self, **options: Any) -> None:
        super().__init__(child=ReactionCount(), **options)

    def column(self, path: str) -> Counted:
        return Counted(Reaction.objects.filter(comment=OuterRef(f"{path}pk")))
