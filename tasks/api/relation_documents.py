"""Relations of a task as shown from its side; the parameter `task` says of which."""

from typing import Any

from django.db.models import BooleanField, Case, ExpressionWrapper, F, Q, When
from rest_framework import serializers

from accounts.api.documents import Person
from core.documents.columns import Column
from core.documents.fields import Derived, Document
from core.queries import Param
from projects.models import Category
from tasks.api.documents import task_key
from tasks.models import RelatedAs, Relation

TEXT = {"type": "string"}
UUID = {"type": "string", "format": "uuid"}
OTHER = {
    "id": UUID,
    "key": TEXT,
    "title": TEXT,
    "status": TEXT,
    "category": {"type": "string", "enum": Category.values},
    "is_complete": {"type": "boolean"},
    "project_id": UUID,
}
OTHER_SCHEMA = {"type": "object", "required": [*OTHER], "properties": OTHER}
KIND_SCHEMA = {"type": "string", "enum": RelatedAs.values}


def _kind(path: str) -> list[Column]:
    is_source = ExpressionWrapper(Q(**{f"{path}source": Param("task")}), BooleanField())
    return [F(f"{path}kind"), is_source]


def _other(path: str) -> list[Column]:
    """The columns of the task that is not asked about, in the order of OTHER."""

    def at(end: str) -> list[Any]:
        task = f"{path}{end}__"
        names = ("title", "status__key", "category", "is_complete", "project_id")
        return [F(f"{task}id"), task_key(task), *(F(f"{task}{name}") for name in names)]

    is_source = Q(**{f"{path}source": Param("task")})
    pairs = zip(at("target"), at("source"), strict=True)
    return [Case(When(is_source, then=target), default=source) for target, source in pairs]


class RelationDocument(Document):
    """A relation; `kind` is what the task asked about is to `task`, the other one."""

    id = serializers.UUIDField()
    kind = Derived(
        lambda kind, is_source: RelatedAs.seen(kind, from_source=is_source),
        _kind,
        KIND_SCHEMA,
    )
    task = Derived(lambda *facts: dict(zip(OTHER, facts, strict=True)), _other, OTHER_SCHEMA)
    created_by = Person()
    created_at = serializers.DateTimeField()

    class Meta:
        model = Relation
