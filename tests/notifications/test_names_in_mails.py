"""No name in any mail is a link, a line break or markup: every template, both parts."""

from collections.abc import Callable
from datetime import date
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import override_settings

from accounts.models import User
from comments.models import Comment
from comments.services.comments import add_comment
from core.models import AttemptCount
from jobs.models import Job
from jobs.services.submission import submit_job
from notifications.models import Notification, Preference
from notifications.services.collecting import COLLECTED
from outbox.mail import EMAIL
from outbox.mail.channel import EmailChannel
from outbox.mail.drafts import Mail
from outbox.models import Delivery, State
from outbox.registry import compose, kinds, review
from projects.models import Project
from reports.services.schedules import add_schedule
from tasks.models import Task
from tasks.services.tasks import create_task
from tests.support.actors import by
from tests.support.cast import Cast
from tests.support.linkifier import links_in_html, links_in_text
from tests.support.nasty_names import NASTY
from tests.workspaces.inviting import invite
from webhooks.models import Webhook
from workspaces.models import Invitation, Membership, Workspace
from workspaces.services.ownership import offer_ownership

NOTICES = (
    "password_changed",
    "new_device",
    "account_linked",
    "account_unlinked",
    "enrolment_approved",
)
OWN_ADDRESS = ("unknown_account", "password_reset", "account")
"""Kinds in which nothing stands that somebody else could have chosen."""


def a_task(cast: Cast, kind: str) -> Delivery:
    due = date(2031, 5, 31)
    task = create_task(
        actor=by(cast.lea), project=cast.project, title="Oil", assignee=cast.max, due_date=due
    )
    payload = {"task": str(task.pk), "actor": str(cast.lea.pk), "due": "2031-05-31"}
    return written(kind, cast.max.pk, payload, workspace_id=cast.workspace.pk)


def some_tasks(cast: Cast, kind: str) -> Delivery:
    """A mail about a task, or one that tells what it would have told."""
    alone = a_task(cast, "tasks_assigned")
    alone.payload = {"tasks": [alone.payload["task"]], "actor": alone.payload["actor"]}
    if kind == "tasks_assigned":
        return alone
    together = written(kind, cast.max.pk, {}, workspace_id=cast.workspace.pk)
    alone.state, alone.reason = State.SKIPPED, f"{COLLECTED}{together.pk}"
    alone.save()
    return together


def an_invitation(cast: Cast, kind: str) -> Delivery:
    invitation = invite(cast, "somebody@example.com", message="Join us")
    return Delivery.objects.get(kind=kind, payload__invitation=str(invitation.pk))


def a_notice(cast: Cast, kind: str) -> Delivery:
    facts = {"at": "2031-05-31T09:00:00+00:00", "user_agent": "", "address": "an address"}
    return written(kind, cast.max.pk, facts | {"provider": "Provider"})


def a_handover(cast: Cast, kind: str) -> Delivery:
    task = create_task(actor=by(cast.lea), project=cast.project, title="Oil", assignee=cast.max)
    ids = {"project": str(cast.project.pk), "person": str(cast.lea.pk)}
    payload = {**ids, "tasks": [str(task.pk)], "count": 1}
    return written(kind, cast.max.pk, payload, workspace_id=cast.workspace.pk)


def an_offer(cast: Cast, kind: str) -> Delivery:
    offer_ownership(actor=by(cast.ada), workspace=cast.workspace, person=cast.max)
    return Delivery.objects.get(kind=kind, recipient_id=cast.max.pk)


def a_disabled_webhook(cast: Cast, kind: str) -> Delivery:
    webhook = Webhook.objects.create(
        workspace=cast.workspace,
        name="Builds",
        url="https://hooks.invalid",
        is_enabled=False,
        disabled_reason="It answered 410 Gone.",
    )
    payload = {"webhook": str(webhook.pk)}
    return written(kind, cast.ada.pk, payload, workspace_id=cast.workspace.pk)


def a_job(cast: Cast, kind: str) -> Delivery:
    job, _ = submit_job(actor=by(cast.ada), kind="echo", payload={}, workspace=cast.workspace)
    Job.objects.update(state="FAILED", error={"message": "The file is empty."})
    payload = {"job": str(job.pk)}
    return written(kind, cast.ada.pk, payload, workspace_id=cast.workspace.pk)


def a_report(cast: Cast, kind: str) -> Delivery:
    schedule = add_schedule(actor=by(cast.ada), workspace=cast.workspace, what="workload")
    payload = {"what": "workload", "from_date": "2026-11-16", "to_date": "2026-11-22"}
    job, _ = submit_job(
        actor=by(cast.ada), kind="report", payload=payload, workspace=cast.workspace
    )
    person = {"assignee": {"id": "1", "name": "Max"}, "open": 1, "overdue": 0, "due": 1}
    result = {**payload, "name": "Engines", "steps": [], "people": [person]}
    Job.objects.filter(pk=job.pk).update(state="COMPLETED", result=result)
    named = {"job": str(job.pk), "schedule": str(schedule.pk)}
    return written(kind, cast.ada.pk, named, workspace_id=cast.workspace.pk)


def some_news(cast: Cast, kind: str) -> Delivery:
    """Of a comment on a task, of its status, and of a membership."""
    task = create_task(actor=by(cast.lea), project=cast.project, title="Oil")
    comment = add_comment(actor=by(cast.lea), task=task, content="Done")
    delivery = written(kind, cast.max.pk, {}, workspace_id=cast.workspace.pk)
    Preference.objects.bulk_create(
        Preference(
            workspace=cast.workspace, person=cast.max, kind=each, in_inbox=True, by_mail=True
        )
        for each in ("STATUS_CHANGED", "MEMBERSHIP_CHANGED")
    )
    place = {"recipient": cast.max, "actor_id": cast.lea.pk, "delivery_id": delivery.pk}
    place |= {"workspace": cast.workspace, "project": cast.project}
    Notification.objects.bulk_create(
        [
            Notification(**place, key="1", kind="COMMENTED", task=task, comment_id=comment.pk),
            Notification(**place, key="2", kind="STATUS_CHANGED", task=task),
            Notification(**place, key="3", kind="MEMBERSHIP_CHANGED"),
        ]
    )
    return delivery


def written(kind: str, recipient: Any, payload: Any, **more: Any) -> Delivery:
    return Delivery.objects.create(
        channel=EMAIL,
        kind=kind,
        recipient_id=recipient,
        dedupe_key=str(uuid4()),
        payload=payload,
        **more,
    )


MADE_BY: dict[str, Callable[[Cast, str], Delivery]] = {
    "task_assigned": a_task,
    "task_due": a_task,
    "task_due_soon": a_task,
    "task_overdue": a_task,
    "tasks_assigned": some_tasks,
    "more_tasks_assigned": some_tasks,
    "tasks_handed_over": a_handover,
    "invitation": an_invitation,
    "ownership_offered": an_offer,
    "news": some_news,
    "digest": some_news,
    "webhook_disabled": a_disabled_webhook,
    "job_ended": a_job,
    "scheduled_report": a_report,
    **dict.fromkeys(NOTICES, a_notice),
}


def test_every_kind_of_mail_is_asked() -> None:
    assert kinds(EMAIL) - {"note", "patient note"} == {*MADE_BY, *OWN_ADDRESS}


def call_everything(name: str, delivery: Delivery) -> None:
    """All that a mail may name is called so, and whoever sends it uses a browser of that name."""
    for named in (Workspace, Project, User):
        named.objects.update(name=name[:120])
    Task.objects.update(title=name[:255], description=name)
    Webhook.objects.update(name=name[:100])
    Invitation.objects.update(message=name)
    Job.objects.update(sentence=name[:300], error={"message": name})
    Comment.objects.update(content=name)
    Notification.objects.update(facts={"old": name, "new": name})
    if "user_agent" in delivery.payload:
        delivery.payload["user_agent"] = name


def composed(delivery: Delivery) -> Mail:
    AttemptCount.objects.all().delete()  # or the rest would be told together
    draft = compose(delivery)
    with connection.execute_wrapper(refuse):
        mail = EmailChannel().render(delivery, draft)
    reviewed = review(delivery, mail)
    assert isinstance(reviewed, Mail)
    return reviewed


def refuse(*args: Any) -> None:
    """Whatever a mail shows is read before it is rendered."""
    raise AssertionError(args[1])


@pytest.mark.parametrize("kind", MADE_BY)
@override_settings(
    FRONTEND_URL="https://app.invalid",
    PUBLIC_URL="https://api.invalid",
    HEADLESS_FRONTEND_URLS={"account_reset_password": "https://app.invalid/forgot"},
)
def test_no_name_is_a_link(cast: Cast, kind: str) -> None:
    Membership.objects.update(opened_at=None)
    delivery = MADE_BY[kind](cast, kind)
    ours = ("https://app.invalid/", "https://api.invalid/")
    for name in (name.replace("\0", "") for name in NASTY):  # which no column keeps
        call_everything(name, delivery)
        mail = composed(delivery)
        words = [word for word in mail.text.split() if not word.startswith(ours)]
        text = " ".join(words).replace(cast.max.email, "")
        assert links_in_text(mail.subject) == [], name
        assert links_in_text(text) == [], name
        page = mail.html.replace(cast.max.email, "")
        foreign = [link for link in links_in_html(page) if not link.startswith(ours)]
        assert foreign == [], name
        assert len(mail.subject.splitlines()) == 1
