"""The list of deliveries in the admin reads what it shows, however many there are."""

import pytest
from django.db import connections

from accounts.models import User
from core.admin import paging
from outbox.models import Delivery
from outbox.services import figures_by_channel
from tests.admin.desk import Desk, list_of
from tests.support.databases import CommittedDatabase
from tests.support.plans import explained, indexes_in, work_in
from tests.support.staff import sign_in_staff

TABLE = "outbox_delivery"
AMOUNT = 20_000
MOST_COUNTED = 200
MOST_READ = 1000
FILL = """
    INSERT INTO outbox_delivery (id, created_at, channel, kind, recipient_id, workspace_id,
        dedupe_key, payload, state, attempts, generation, can_wait, queued_at, next_at,
        sent_at, reason, request_id)
    SELECT (lpad(to_hex(n), 12, '0') || '7000' || '8' || substr(md5(n::text), 1, 15))::uuid,
        now() - (%(amount)s - n) * interval '1 second',
        CASE WHEN n <= 10 THEN 'pusher' ELSE 'email' END,
        CASE WHEN n <= 10 THEN 'event' WHEN n %% 4000 = 1 THEN 'password_reset'
            ELSE 'task_assigned' END,
        gen_random_uuid(), md5((n %% 10)::text)::uuid, 'key ' || n, '{}', state,
        (state <> 'SENT')::int, 0, false, now(), now(),
        CASE WHEN state = 'SENT' THEN now() END, '', ''
    FROM generate_series(1, %(amount)s) n, LATERAL (SELECT CASE
        WHEN n %% 2000 = 1 THEN 'DEAD' WHEN n %% 2000 = 2 THEN 'SKIPPED'
        WHEN n %% 2000 = 3 THEN 'PENDING' ELSE 'SENT' END AS state) chosen
"""
QUERIES: tuple[dict[str, str], ...] = (
    {},
    {"p": "2"},
    *({"state": state} for state in ("SENT", "DEAD", "SKIPPED", "PENDING", "SENDING")),
    *({"state": counted} for counted in ("waiting", "put_off")),
    {"channel": "email"},
    {"channel": "pusher"},
    {"kind": "task_assigned"},
    {"kind": "password_reset"},
    {"kind": "password_changed"},
    {"channel": "pusher", "state": "DEAD"},
    {"channel": "email", "kind": "task_assigned", "state": "DEAD"},
)


def test_delivery_list_reads_what_it_shows(
    committed_db: CommittedDatabase, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(paging, "MOST_COUNTED", MOST_COUNTED)
    desk = Desk()
    sign_in_staff(desk, User.objects.create_superuser("root@example.com", "correct horse"))
    fill(AMOUNT)

    for query in QUERIES:
        with explained(TABLE) as plans:
            page = desk.get(list_of(Delivery), query)
        assert page.status_code == 200
        assert plans
        work = work_in(plans, TABLE)
        assert work.rows <= MOST_READ, (query, work, indexes_in(plans, TABLE))


def test_figures_are_counted_from_indexes(committed_db: CommittedDatabase) -> None:
    fill(AMOUNT)

    with explained(TABLE) as plans:
        figures = figures_by_channel()

    assert (figures["email"].pending, figures["email"].dead) == (9, 9)
    assert work_in(plans, TABLE).rows <= MOST_READ


def fill(amount: int) -> None:
    """Deliveries of which one in a thousand was not sent, and the oldest are of another channel."""
    with connections["direct"].cursor() as owner:
        owner.execute("SELECT set_config('gantry.system', 'test', false)")
        owner.execute(FILL, {"amount": amount})
        owner.execute(f"ANALYZE {TABLE}")
