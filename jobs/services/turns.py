"""Whose turn it is: claiming due jobs, so that each workspace gets its share of the workers."""

from collections.abc import Collection
from dataclasses import dataclass
from typing import Any, NamedTuple
from uuid import UUID

from django.conf import settings
from django.db import connection
from django.db.models.functions import Now

from core.context import UNFLUSHED, as_system
from core.models import NO_ROW
from jobs.models import Job
from jobs.registry import job_types

WINDOW = 64
"""The most tenants that one statement looks at."""

# `tenants` steps through the index from tenant to tenant, whatever the length of their queues, and
# begins after the one whose job this process has claimed last: so each gets its turn.
# A tenant with jobs at work comes after those with none, and has at most `most` at work. A lapsed
# lease is that of a worker that died: due again. No other index than the wanted one fits any part,
# as without statistics, such as those of a sudden queue, PostgreSQL would take them for equal.
CLAIM = """
    WITH RECURSIVE tenants AS (
        (SELECT tenant_id, 1 AS turn FROM jobs_job
         WHERE state IN ('PENDING', 'PROCESSING') AND tenant_id > %(after)s
         ORDER BY tenant_id LIMIT 1)
        UNION ALL
        SELECT following.tenant_id, tenants.turn + 1 FROM tenants CROSS JOIN LATERAL (
            SELECT tenant_id FROM jobs_job AS job
            WHERE state IN ('PENDING', 'PROCESSING') AND job.tenant_id > tenants.tenant_id
            ORDER BY tenant_id LIMIT 1
        ) following
        WHERE tenants.turn < %(window)s
    ), due AS MATERIALIZED (
        SELECT own.id, tenants.turn, at_work.jobs + own.place AS place
        FROM tenants CROSS JOIN LATERAL (
            SELECT count(*) AS jobs FROM jobs_job AS job
            WHERE job.tenant_id = tenants.tenant_id AND claim IS NOT NULL
                AND state IN ('PENDING', 'PROCESSING') AND next_at > statement_timestamp()
        ) at_work CROSS JOIN LATERAL (
            SELECT id, row_number() OVER (ORDER BY next_at) AS place FROM (
                SELECT id, next_at FROM jobs_job AS job
                WHERE job.tenant_id = tenants.tenant_id AND state IN ('PENDING', 'PROCESSING')
                    AND next_at <= statement_timestamp() AND type = ANY(%(types)s::text[])
                ORDER BY next_at LIMIT %(most)s
            ) first_ones
        ) own
        WHERE at_work.jobs + own.place <= %(most)s
    ), chosen AS (
        SELECT free.id FROM (SELECT id FROM due ORDER BY place, turn) AS ordered
        CROSS JOIN LATERAL (
            SELECT job.id FROM jobs_job AS job
            WHERE job.id = ordered.id AND job.next_at <= statement_timestamp()
                AND job.state NOT IN ('COMPLETED', 'FAILED', 'CANCELLED')
            FOR NO KEY UPDATE OF job SKIP LOCKED
        ) free LIMIT 1
    ), claimed AS (
        UPDATE jobs_job AS job
        SET claim = gen_random_uuid(), state = 'PROCESSING',
            next_at = statement_timestamp() + %(lease)s * interval '1 s',
            started_at = coalesce(started_at, statement_timestamp()),
            attempts = attempts + CASE WHEN job.claim IS NULL AND position IS NOT NULL
                AND failures = 0 THEN 0 ELSE 1 END,
            failures = failures + 1, version = version + 1, updated_at = statement_timestamp()
        FROM chosen WHERE job.id = chosen.id
        RETURNING job.id, job.claim, job.tenant_id
    )
    SELECT claimed.id, claimed.claim, coalesce(
        claimed.tenant_id, (SELECT tenant_id FROM tenants WHERE turn = %(window)s)
    )
    FROM (VALUES (0)) AS one LEFT JOIN claimed ON true
"""


DUE = """
    SELECT count(*), coalesce(extract(epoch FROM statement_timestamp() - min(next_at))::float, 0)
    FROM (
        SELECT next_at FROM jobs_job
        WHERE finished_at IS NULL AND next_at <= statement_timestamp()
        ORDER BY next_at LIMIT %s
    ) AS first_ones
"""


@dataclass(frozen=True)
class Claim:
    """The right to take steps of a job until its lease ends."""

    job_id: UUID
    claim: UUID


@dataclass
class Walk:
    """How far this process has come on its way from tenant to tenant, in the order of their ids."""

    after: UUID = NO_ROW


_walk = Walk()


@as_system("claiming a job", durable=True)
def claim_next(*, types: Collection[str] | None = None) -> Claim | None:
    """Claim the job whose turn it is, of these types only if any are given; None without.

    Jobs of a type that this version does not know are left to others. The failure that a crash
    would be is counted now, and taken off by the step that succeeds.
    """
    wanted = [name for name in job_types() if types is None or name in types]
    is_last_round = _walk.after == NO_ROW
    while True:
        job_id, claim, stopped_at = _claim_after(_walk.after, wanted)
        _walk.after = stopped_at or NO_ROW
        if job_id:
            return Claim(job_id, claim)
        if stopped_at is None:
            if is_last_round:
                return None
            is_last_round = True


def _claim_after(tenant: UUID, types: list[str]) -> tuple[UUID | None, Any, UUID | None]:
    """The id of a job and its claim, if one of the next tenants has a due one; where to go on.

    That is None after the last tenant.
    """
    values: dict[str, Any] = {"after": tenant, "types": types, "window": WINDOW}
    values |= {"lease": settings.JOBS_LEASE, "most": settings.JOBS_PER_WORKSPACE}
    with connection.cursor() as cursor:
        # What a crash of PostgreSQL takes back, its worker cannot save anything for.
        cursor.execute(f"SELECT {UNFLUSHED}")
        cursor.execute(CLAIM, values)
        row: tuple[UUID | None, Any, UUID | None] = cursor.fetchone()
    return row


class Due(NamedTuple):
    """How many jobs are due, and for how many seconds the first of them has been."""

    amount: int
    waiting: float


@as_system("looking for due jobs")
def due_jobs(*, most: int) -> Due:
    """The jobs that are due, of which at most so many are counted."""
    with connection.cursor() as cursor:
        cursor.execute(DUE, [most])
        return Due(*cursor.fetchone())


@as_system("looking for due jobs")
def is_another_waiting(job_id: UUID) -> bool:
    """Whether another job is due, or one whose worker died."""
    others = Job.objects.filter(finished_at=None).exclude(pk=job_id)
    return others.filter(next_at__lte=Now(), type__in=job_types()).exists()
