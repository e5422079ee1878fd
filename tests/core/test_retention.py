"""What is removed after its time, by an index, in batches, by whoever comes first."""

from contextlib import ExitStack
from dataclasses import replace
from datetime import timedelta

import pytest
from django.db import connections
from django.db.models import F
from django.test.utils import CaptureQueriesContext

from config.celery import app
from core import retention
from core.models import IdempotencyKey
from core.retention import Rule, apply_rules, rules
from notifications.models import Reminder
from outbox import background
from outbox import retention as outbox_retention
from outbox.mail import EMAIL
from outbox.models import Delivery, State
from outbox.periodic import _scans
from outbox.services import sweep
from projects.models import Project
from tasks.models import Task
from tests.core.aged import CASES, Aged, rule_named
from tests.notifications.test_queue_due_reminders import ago, planned
from tests.support.cast import Cast
from tests.support.context import without_context
from tests.support.databases import CommittedDatabase
from tests.support.threads import times


def statements(rule: Rule) -> list[str]:
    """What one batch asks of the databases."""
    with ExitStack() as stack:
        captured = [
            stack.enter_context(CaptureQueriesContext(connections[name]))
            for name in ("default", "attempts")
        ]
        assert rule.apply() == rule.at_once
    return [query["sql"] for queries in captured for query in queries.captured_queries]


def test_every_rule_is_tried_with_many_rows() -> None:
    assert sorted({case.rule for case in CASES}) == sorted(rule.name for rule in rules())


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.rule)
def test_old_rows_go_in_batches_by_index_and_young_ones_stay(cast: Cast, case: Aged) -> None:
    rule = case.fill(cast)
    with without_context():
        plans = case.plans(statements(rule))
    assert plans
    assert [plan for plan in plans if "Seq Scan" in plan] == []
    assert case.count_left() == case.rows - rule.at_once

    with without_context():
        removed = [rule.apply() for _ in range(case.old // rule.at_once + 1)]
    assert sum(removed) == case.old - rule.at_once
    assert removed[-1] == 0
    assert case.count_left() == case.rows - case.old


def test_the_tasks_of_an_old_project_go_in_batches_by_index(cast: Cast) -> None:
    [case] = [case for case in CASES if case.rule == "texts of deleted tasks"]
    case = replace(case, values=case.values.replace("{age}", "NULL"), rows=30_000)
    case.fill(cast)
    Project.objects.update(deleted_at=F("created_at") - timedelta(days=31))
    rule = rule_named("texts of deleted projects")
    with without_context():
        plans = case.plans(statements(rule))
    assert [plan for plan in plans if "Seq Scan on tasks_task" in plan] == []
    assert len(plans) == 2
    assert case.count_left() == case.rows
    assert Task.objects.alive().count() == case.rows - retention.CONTENTS_AT_ONCE


def test_giving_up_mails_reads_no_whole_table(cast: Cast) -> None:
    [case] = [case for case in CASES if case.rule == "deliveries"]
    case.fill(cast)
    Delivery.objects.filter(dedupe_key="1").update(
        state=State.PENDING, queued_at=F("queued_at") - timedelta(hours=73)
    )
    with CaptureQueriesContext(connections["default"]) as queries, without_context():
        sweep()
    plans = case.plans([query["sql"] for query in queries.captured_queries])
    assert [plan for plan in plans if "Seq Scan" in plan] == []
    assert len(plans) == 2
    assert Delivery.objects.get(dedupe_key="1").state == State.DEAD


def old_keys(count: int) -> None:
    keys = [IdempotencyKey(principal="x", key=str(n)) for n in range(count)]
    IdempotencyKey.objects.bulk_create(keys)
    IdempotencyKey.objects.update(created_at=F("created_at") - timedelta(hours=25))


def test_processes_at_once_remove_each_row_once(committed_db: CommittedDatabase) -> None:
    old_keys(5000)
    removed = times(4, lambda _: apply_rules(within=5))
    assert sum(sum(found.values()) for found in removed) == 5000
    assert not IdempotencyKey.objects.exists()


@pytest.mark.django_db
def test_a_run_without_time_removes_one_batch() -> None:
    old_keys(1500)
    assert apply_rules(within=0) == {"answers to idempotency keys": 1000}
    assert apply_rules(within=5) == {"answers to idempotency keys": 500}
    assert apply_rules(within=5) == {}


@pytest.mark.django_db
def test_a_broken_rule_does_not_stop_the_others(monkeypatch: pytest.MonkeyPatch) -> None:
    broken = Rule("broken", timedelta(0), lambda _: [1].index(0), 1)
    monkeypatch.setattr(retention, "_rules", [broken, *rules()])
    old_keys(1)
    assert apply_rules(within=5) == {"answers to idempotency keys": 1}


@pytest.mark.django_db
def test_the_relay_removes_without_beat_and_beat_without_a_relay() -> None:
    assert outbox_retention.apply_retention in [entry.look for entry in _scans]
    planned_tasks = {entry["task"] for entry in app.conf.beat_schedule.values()}
    assert background.apply_retention.name in planned_tasks
    for entry in (outbox_retention.apply_retention, background.apply_retention):
        old_keys(1)
        entry()
        assert not IdempotencyKey.objects.exists()


def test_a_reminder_outlives_its_mail(cast: Cast) -> None:
    """Or a new plan would get its number, and the new mail the key of the old one."""
    reminder = planned(cast, fire_at=ago(days=91))
    Reminder.objects.update(state=Reminder.State.QUEUED)
    key = f"task.due:{reminder.task_id}:1:{cast.max.pk}:email"
    mail = Delivery.objects.create(
        channel=EMAIL, kind="task_due", recipient_id=cast.max.pk, dedupe_key=key
    )
    rule = rule_named("reminders sent, skipped or cancelled")

    assert rule.apply() == 0
    mail.delete()
    assert rule.apply() == 1


def test_a_planned_reminder_stays(cast: Cast) -> None:
    planned(cast, fire_at=ago(days=91))
    assert rule_named("reminders sent, skipped or cancelled").apply() == 0


def test_removing_needs_no_context(committed_db: CommittedDatabase, cast: Cast) -> None:
    planned(cast, fire_at=ago(days=91))
    Reminder.objects.update(state=Reminder.State.CANCELLED)
    with without_context():
        assert apply_rules(within=1) == {"reminders sent, skipped or cancelled": 1}
