"""How far the jobs of those who follow their inbox have come; not kept, and not repeated."""

from __future__ import annotations

from collections import defaultdict
from typing import TYPE_CHECKING, Any

import orjson
from django.db import connection, transaction

from core.context import as_system, show_workspaces_of
from core.documents.reading import show
from core.documents.selection import bind
from jobs.api.documents import JobDocument
from jobs.models import Job

if TYPE_CHECKING:
    from collections.abc import Collection
    from uuid import UUID

    from core.actor import Actor

TYPE = "job"
PAUSE = 0.5
"""Seconds between two looks for jobs that have changed."""
MOST = 20
"""The most jobs of a person that are told of at a time."""
# A change that commits later than that is told by the next one of the job.
CHANGED = """
    SELECT owner_id, id, version FROM jobs_job
    WHERE owner_id = ANY (%s) AND updated_at > statement_timestamp() - interval '10 s'
"""

Versions = dict["UUID", int]


class JobNews:
    """The versions of jobs that have been told of."""

    def __init__(self) -> None:
        self._told: dict[UUID, Versions] = {}

    def of(self, people: Collection[UUID]) -> dict[UUID, list[UUID]]:
        """By person, the jobs that have changed since the last call; one query."""
        found: dict[UUID, Versions] = defaultdict(dict)
        with as_system("looking for jobs that have changed"), connection.cursor() as cursor:
            cursor.execute(CHANGED, [list(people)])
            for owner, pk, version in cursor.fetchall():
                found[owner][pk] = version
        told, self._told = self._told, found
        news = {
            owner: [pk for pk, version in jobs.items() if told.get(owner, {}).get(pk) != version]
            for owner, jobs in found.items()
        }
        return {owner: jobs[:MOST] for owner, jobs in news.items() if jobs}


def read_jobs(actor: Actor, jobs: Collection[UUID]) -> list[str]:
    """Messages about these jobs, as far as the actor may see them, without their beginning."""
    with transaction.atomic():
        show_workspaces_of(actor.person_id, actor.credential.workspaces)
        rows: Any = Job.objects.visible_to(actor).filter(pk__in=list(jobs))
        values = {"actor": actor.person_id}
        shown = show(JobDocument, bind(rows), order="created_at", values=values)
    return [orjson.dumps({"type": TYPE, "job": row.document}).decode()[1:] for row in shown]
