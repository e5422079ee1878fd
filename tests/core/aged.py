"""Many rows of one table, some of them older than a rule keeps them."""

from dataclasses import dataclass
from typing import Any

from django.db import connections

from config.postgresql.connections import LONGEST_STATEMENT
from core.retention import Rule, rules
from tests.support.cast import Cast

ROWS, NARROW_ROWS = 20_000, 60_000
"""Fewer are read as a whole for less than by an index; narrow rows longer than others."""
LONGEST_FILLING = 300.0
OLD = 2_500
AGE = "now() - %(kept)s::interval + (n - %(old)s - 0.5) * interval '10 minutes'"
"""Row number `n` is old up to `old`, each a minute younger than the one before."""


@dataclass(frozen=True)
class Aged:
    """`values` fill the `columns` of `table`; `left` is true of what is not removed."""

    rule: str
    table: str
    columns: str
    values: str
    left: str = "true"
    database: str = "default"
    before: str = ""
    """Run first, statement by statement: rows the others depend on."""
    rows: int = ROWS
    old: int = OLD

    def fill(self, cast: Cast) -> Rule:
        rule = rule_named(self.rule)
        values: dict[str, Any] = {
            "kept": rule.kept_for,
            "old": self.old,
            "rows": self.rows,
            "person": cast.max.pk,
            "workspace": cast.workspace.pk,
            "project": cast.project.pk,
        }
        insert = (
            f"INSERT INTO {self.table} ({self.columns})"
            f" SELECT {self.values.format(age=AGE)} FROM generate_series(1, %(rows)s) n"
        )
        with connections[self.database].cursor() as cursor:
            # So many rows may take longer than a request's statement.
            cursor.connection.most_seconds = LONGEST_FILLING
            cursor.execute("SET statement_timeout = 0")
            for statement in filter(None, self.before.split(";")):
                cursor.execute(statement.format(age=AGE), values)
            cursor.execute(insert, values)
            cursor.execute(f"ANALYZE {self.table}")
            cursor.execute("RESET statement_timeout")
            cursor.connection.most_seconds = LONGEST_STATEMENT
        return rule

    def count_left(self) -> int:
        with connections[self.database].cursor() as cursor:
            cursor.execute(f"SELECT count(*) FROM {self.table} WHERE {self.left}")
            return int(cursor.fetchone()[0])

    def plans(self, statements: list[str]) -> list[str]:
        """How PostgreSQL carries out those of the statements that touch the table."""
        touching = [sql for sql in statements if f'"{self.table}"' in sql]
        return [self._plan(sql) for sql in touching if not sql.startswith("INSERT")]

    def _plan(self, statement: str) -> str:
        with connections[self.database].cursor() as cursor:
            cursor.execute(f"EXPLAIN {statement}")
            return "\n".join(line for (line,) in cursor.fetchall())


def rule_named(name: str) -> Rule:
    [found] = [rule for rule in rules() if rule.name == name]
    return found


MAIL = (
    "id, created_at, channel, kind, recipient_id, dedupe_key, payload, state, attempts, generation,"
    " next_at, reason, request_id"
)
A_MAIL = (
    "md5(n::text)::uuid, now(), 'email', 'note', %(person)s, n::text, '{{}}', 'SENT', 1, 0,"
    " {age}, '', ''"
)
MAILS = (
    f"INSERT INTO outbox_delivery ({MAIL}) SELECT {A_MAIL} FROM generate_series(1, %(rows)s) n;"
    " ANALYZE outbox_delivery"
)
TASK = (
    "INSERT INTO tasks_task (id, created_at, updated_at, version, workspace_id, project_id, number,"
    " title, description, type, priority, status_id, category, created_by_id, position)"
    " SELECT %(project)s, now(), now(), 1, %(workspace)s, %(project)s, 1, 'Oil', '', 'TASK',"
    " 'LOW', id, category, %(person)s, 0 FROM projects_status"
    " WHERE project_id = %(project)s LIMIT 1"
)

A_TASK = (
    "gen_random_uuid(), now(), now(), 1, %(workspace)s, %(project)s, n + 1, 'Oil', '', 'TASK',"
    " 'LOW', (SELECT id FROM projects_status WHERE project_id = %(project)s LIMIT 1), 'TODO',"
    " %(person)s, n, {age}"
)

FILE = (
    "id, version, updated_at, workspace_id, task_id, uploaded_by_id, file_name, size, sha256,"
    " content_type, claimed_type, storage_key, thumbnail_key, state, created_at"
)
A_FILE = (
    "gen_random_uuid(), 1, now(), %(workspace)s, %(project)s, %(person)s, 'plan.txt', 1, '', '',"
    " '', n::text, '', '{state}', {created}"
)

NOTIFICATION = "id, recipient_id, workspace_id, kind, key, facts, in_inbox"
A_NOTIFICATION = (
    "gen_random_uuid(), %(person)s, %(workspace)s, 'OVERDUE', 'k' || n, '{{{{}}}}', true, {times}"
)

IMPORT_FILE = (
    "id, version, updated_at, workspace_id, uploaded_by_id, file_name, size, sha256, state,"
    " storage_key, created_at"
)
AN_IMPORT_FILE = (
    "gen_random_uuid(), 1, now(), %(workspace)s, %(person)s, 'plan.csv', 1, '', '{state}', n::text,"
    " {created}"
)

CASES = [
    Aged(
        "import files",
        "imports_importfile",
        IMPORT_FILE,
        AN_IMPORT_FILE.format(state="READY", created="{age}"),
        rows=100_000,
    ),
    Aged(
        "unfinished import files",
        "imports_importfile",
        IMPORT_FILE,
        AN_IMPORT_FILE.format(state="PENDING", created="{age}"),
        rows=100_000,
    ),
    Aged(
        "rows of unfinished imports",
        "imports_importrow",
        "id, workspace_id, job_id, number, external_id, parent, content, flaws, size, level,"
        " created_at",
        "gen_random_uuid(), %(workspace)s, %(project)s, n, n::text, '', '{{}}', '[]', 0, 0, {age}",
    ),
    Aged(
        "texts of deleted projects",
        "projects_project",
        "id, created_at, updated_at, version, workspace_id, key, name, description, visibility,"
        " status, priority, progress, created_by_id, deleted_at",
        "gen_random_uuid(), now(), now(), 1, %(workspace)s, n, 'Loom', '', 'WORKSPACE', 'ACTIVE',"
        " 'LOW', 0, %(person)s, {age}",
        left="name = 'Loom'",
        old=250,
    ),
    Aged(
        "texts of deleted tasks",
        "tasks_task",
        "id, created_at, updated_at, version, workspace_id, project_id, number, title, description,"
        " type, priority, status_id, category, created_by_id, position, deleted_at",
        A_TASK,
        left="title <> ''",
    ),
    Aged(
        "texts of deleted comments",
        "comments_comment",
        "id, created_at, updated_at, version, workspace_id, task_id, author_id, content,"
        " deleted_at",
        "gen_random_uuid(), now(), now(), 1, %(workspace)s, %(project)s, %(person)s, 'On it',"
        " {age}",
        left="content <> ''",
        before=TASK,
    ),
    Aged(
        "files of deleted attachments",
        "attachments_attachment",
        FILE + ", deleted_at",
        A_FILE.format(state="READY", created="now()") + ", {age}",
        left="file_name <> ''",
        before=TASK,
    ),
    Aged(
        "unfinished uploads",
        "attachments_attachment",
        FILE,
        A_FILE.format(state="PENDING", created="{age}"),
        left="purged_at IS NULL",
        before=TASK,
    ),
    Aged(
        "answers to idempotency keys",
        "core_idempotencykey",
        "id, principal, key, fingerprint, status, headers, body, created_at",
        "gen_random_uuid(), 'x', n::text, '', 200, '{{}}', '', {age}",
        rows=NARROW_ROWS,
    ),
    Aged(
        "expired sessions, with their refresh tokens and devices",
        "django_session",
        "session_key, session_data, expire_date",
        "n::text, '', {age}",
    ),
    Aged(
        "devices whose session is gone",
        "usersessions_usersession",
        "user_id, created_at, ip, last_seen_at, session_key, user_agent, data",
        "%(person)s, {age}, '192.0.2.1', now(), n::text, '', '{{}}'",
        # Not all of them have lost their session.
        before="INSERT INTO django_session SELECT 'alive' || n, '', now()"
        " FROM generate_series(1, %(rows)s) n",
    ),
    Aged(
        "devices known from earlier sign-ins",
        "identity_knowndevice",
        "id, created_at, user_id, fingerprint, seen_at",
        "gen_random_uuid(), now(), %(person)s, n::text, {age}",
    ),
    Aged(
        "counts of attempts",
        "core_attemptcount",
        "key, count, resets_at",
        "n::text, 1, {age}",
        database="attempts",
    ),
    Aged(
        "receipts of webhooks",
        "clerk_webhookreceipt",
        "id, kind, received_at",
        "n::text, 'user.updated', {age}",
        rows=NARROW_ROWS,
    ),
    Aged(
        "runs of functions",
        "jobs_functionrun",
        "id, created_at, function, trigger, state, payload, personal, order_key, order_at,"
        " attempts, deaths, error, finished_at",
        "gen_random_uuid(), now(), 'outbox.sweep', 'SCHEDULE', 'FAILED', '{{}}', '{{}}', '', 0,"
        " 1, 0, 'no disk', {age}",
        rows=NARROW_ROWS,
    ),
    Aged(
        "words of mails",
        "outbox_mailcontent",
        "delivery_id, message_id, address, subject, text, html, composed_at",
        "md5(n::text)::uuid, '', '', 'A note', 'Read me', '', {age}",
        left="text <> ''",
        before=MAILS,
        # The narrowest of all.
        rows=100_000,
    ),
    Aged(
        "bodies of webhooks",
        "webhooks_webhookcontent",
        "delivery_id, workspace_id, body_head, posted_at",
        "md5(n::text)::uuid, %(workspace)s, '{{}}', {age}",
        left="body_head <> ''",
        before=MAILS,
        rows=100_000,
    ),
    Aged("deliveries", "outbox_delivery", MAIL, A_MAIL),
    Aged(
        "jobs that have ended",
        "jobs_job",
        "id, created_at, updated_at, version, owner_id, workspace_id, tenant_id, type, payload,"
        " idempotency_key, credential, state, done, sentence, attempts, failures, ending, seconds,"
        " finished_at",
        "gen_random_uuid(), now(), now(), 1, %(person)s, %(workspace)s, %(workspace)s, 'echo',"
        " '{{}}', '', '[]', 'COMPLETED', 0, '', 1, 0, '', 0, {age}",
    ),
    Aged(
        "mail batches",
        "notifications_mailbatch",
        "id, workspace_id, person_id, about_id, delivery_id, created_at, goes_at",
        "gen_random_uuid(), %(workspace)s, %(person)s, gen_random_uuid(), gen_random_uuid(),"
        " now(), {age}",
    ),
    Aged(
        "notifications that were read",
        "notifications_notification",
        f"{NOTIFICATION}, created_at, read_at",
        A_NOTIFICATION.format(times="now(), {age}"),
        left="kind = 'OVERDUE'",
    ),
    Aged(
        "notifications",
        "notifications_notification",
        f"{NOTIFICATION}, created_at",
        A_NOTIFICATION.format(times="{age}"),
        left="kind = 'OVERDUE'",
    ),
    Aged(
        "reminders sent, skipped or cancelled",
        "notifications_reminder",
        "id, created_at, workspace_id, task_id, recipient_id, lead_time, due, fire_at, rev, state",
        "gen_random_uuid(), now(), %(workspace)s, %(project)s, %(person)s, 'ON_DAY', '', {age},"
        " n, 'CANCELLED'",
        before=TASK,
    ),
]
