"""Three of everything the admin shows."""

from datetime import timedelta
from io import BytesIO
from typing import Any

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp, SocialToken
from allauth.usersessions.models import UserSession
from django.contrib.auth.models import Group
from django.contrib.sessions.backends.db import SessionStore
from django.contrib.sites.models import Site
from django.db import connection
from django.utils import timezone
from django_celery_beat import models as beat

from accounts.models import User
from accounts.services.people import stranger_at
from attachments.models import Sweep
from attachments.services.uploads import Upload, upload_file
from calendars.services.feeds import add_feed
from clerk.models import AccountMatch, ExternalRecord, WebhookReceipt
from comments.services.comments import add_comment, edit_comment
from comments.services.reactions import add_reaction
from core.models import AttemptCount, IdempotencyKey, uuid7
from dashboards.services.totals import rebuild_totals
from identity.models import KnownDevice, RefreshToken
from identity.services.personal_tokens import create_token
from imports.models import ExternalReference, ImportRow
from imports.services.files import begin_import_file
from jobs.models import FunctionFigures, FunctionRun, ResultFile
from jobs.services.submission import submit_job
from notifications.models import NotificationKind
from notifications.services import choose_lead_times
from notifications.services.inbox import mute_task
from notifications.services.preferences import Change, change_preferences
from notifications.services.schedules import change_schedule
from outbox.mail.failures import note_failure
from outbox.models import Delivery, MailContent
from outbox.services import note_relay
from projects.services.projects import create_project
from projects.services.workflows import Workflow
from reports.services.schedules import add_schedule
from tasks.models import RelatedAs
from tasks.services.columns import done_column
from tasks.services.labels import add_label
from tasks.services.relations import add_relation
from tasks.services.saved_filters import save_filter
from tasks.services.tasks import create_task, transition_task, update_task
from tasks.services.transfers import transfer_task
from tasks.services.watchers import watch_task
from tests.support.actors import by
from tests.support.cast import person
from webhooks.models import WebhookContent
from webhooks.services.webhooks import add_webhook
from workspaces.services.invitations import invite_person
from workspaces.services.opt_outs import opt_out
from workspaces.services.workspaces import add_member, create_workspace


def fill() -> None:
    for n in range(3):
        owner = plan_work(n)
        keep_records(n, owner)
        sign_in(n, owner)
        schedule(n)


def plan_work(n: int) -> User:
    """A workspace whose owner gives a task to a colleague, who comments on it."""
    owner, colleague = person(f"owner{n}"), person(f"colleague{n}")
    workspace = create_workspace(actor=by(owner), name=f"Works {n}")
    add_member(actor=by(owner), workspace=workspace, email=colleague.email, role="MEMBER")
    invite_person(actor=by(owner), workspace=workspace, email=f"new{n}@example.com")
    opt_out(workspace=workspace, recipient_id=stranger_at(f"no{n}@example.com"))
    strict = create_project(
        actor=by(owner), workspace=workspace, name="Desk", workflow=Workflow.TICKET
    )
    project = create_project(
        actor=by(owner),
        workspace=workspace,
        name="Engine",
        team_lead=colleague,
        team_members=[owner],
    )
    call = create_task(actor=by(owner), project=project, title="Answer the telephone")
    transfer_task(actor=by(owner), task=call, project=strict)
    tomorrow = timezone.now().date() + timedelta(days=1)
    task = create_task(
        actor=by(owner), project=project, title="Oil it", assignee=colleague, due_date=tomorrow
    )
    choose_lead_times(actor=by(colleague), workspace=workspace, lead_times=["DAY", "ON_DAY"])
    late = {"overdue": "true"}
    save_filter(actor=by(owner), project=project, name="Late", parameters=late)
    label = add_label(actor=by(owner), project=project, name="Machine room")
    changes = {"labels": [label], "description": f"With @owner{n}"}
    update_task(actor=by(owner), task=task, changes=changes)
    watch_task(actor=by(colleague), task=task, person=colleague)
    comment = add_comment(actor=by(colleague), task=task, content="With which oil?")
    edit_comment(actor=by(colleague), comment=comment, content=f"With which oil, @owner{n}?")
    add_reaction(actor=by(owner), comment=comment, emoji="👀")
    plan = BytesIO(b"Oil")
    upload_file(
        actor=by(owner), task=task, upload=Upload("plan.txt", comment=comment), content=plan
    )
    done = create_task(actor=by(owner), project=project, title="Unpack it")
    transition_task(actor=by(owner), task=done, status=done_column(project))
    add_relation(actor=by(owner), task=task, other=done, kind=RelatedAs.BLOCKED_BY)
    mail = Delivery.objects.get(kind="task_assigned", workspace_id=workspace.pk)
    MailContent.objects.create(delivery=mail, workspace_id=workspace.pk, text="Oil it")
    rebuild_totals(strict.pk)
    mute_task(actor=by(colleague), task=call)
    wanted = Change(NotificationKind.COMMENTED, strict, inbox=True, mail=True, is_reset=False)
    change_preferences(actor=by(owner), workspace=workspace, changes=[wanted])
    change_schedule(actor=by(owner), changes={"digest": "OFF"})
    add_webhook(actor=by(owner), workspace=workspace, name="Builds", url="https://example.com/")
    WebhookContent.objects.create(delivery=mail, workspace_id=workspace.pk, body_head="{}")
    job, _ = submit_job(
        actor=by(owner), kind="echo", payload={"message": "Oil"}, workspace=workspace
    )
    ResultFile.objects.create(
        job=job, workspace=workspace, owner=owner, name="oil.csv", expires_at=timezone.now()
    )
    add_feed(actor=by(owner), workspace=workspace)
    add_schedule(actor=by(owner), workspace=workspace, what="burndown")
    begin_import_file(actor=by(owner), workspace=workspace, file_name="tasks.csv", size=9)
    came_from = {"project": project, "source": "csv", "external_id": "A-1", "task": task}
    ExternalReference.objects.create(workspace=workspace, **came_from)
    ImportRow.objects.create(workspace=workspace, job_id=uuid7(), number=1, external_id="A-1")
    return owner


def keep_records(n: int, owner: User) -> None:
    number_the_events()
    IdempotencyKey.objects.create(principal=str(owner.pk), key=f"k{n}", body=b'{"a": 1}')
    note_relay(name=f"host:{n}")
    note_failure(reason=f"the mail server refuses the connection ({n})")
    Group.objects.create(name=f"Support {n}")
    KnownDevice.objects.create(user=owner, fingerprint=str(n))
    Sweep.objects.create(name=f"search {n}")
    FunctionRun.objects.create(function="outbox.sweep", trigger=FunctionRun.Trigger.EVENT)
    FunctionFigures.objects.create(
        name=f"outbox.sweep{n}", started_at=timezone.now(), milliseconds=3
    )
    AttemptCount.objects.create(key=str(n), count=1, resets_at=timezone.now())


def number_the_events() -> None:
    """Now, instead of at a commit that never comes."""
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("SET CONSTRAINTS ALL DEFERRED")


def sign_in(n: int, owner: User) -> None:
    Site.objects.create(domain=f"{n}.example.com", name=str(n))
    EmailAddress.objects.create(user=owner, email=owner.email)
    app = SocialApp.objects.create(provider="p", name=f"App {n}", client_id=str(n))
    account = SocialAccount.objects.create(user=owner, provider="p", uid=str(n))
    SocialToken.objects.create(app=app, account=account, token="t")
    Authenticator.objects.create(user=owner, type="totp", data={})
    ExternalRecord.objects.create(id=f"user_{n}")
    newcomer = person(f"newcomer{n}")
    AccountMatch.objects.create(newcomer=newcomer, holder=owner, email=owner.email)
    WebhookReceipt.objects.create(id=f"msg_{n}", kind="user.created")
    create_token(actor=by(owner), name=f"Robot {n}", scopes=["read"])
    session = SessionStore()
    session.create()
    RefreshToken.objects.create(session_id=str(session.session_key))
    UserSession.objects.create(user=owner, session_key=str(n), ip="127.0.0.1", user_agent="Browser")


def schedule(n: int) -> None:
    every: Any = beat.IntervalSchedule.objects.create(every=n + 1, period="hours")
    beat.PeriodicTask.objects.create(name=f"Sweep {n}", task="sweep", interval=every)
    beat.CrontabSchedule.objects.create(minute=str(n))
    beat.SolarSchedule.objects.create(event="sunrise", latitude=n, longitude=n)
    beat.ClockedSchedule.objects.create(clocked_time=timezone.now() + timedelta(hours=n))
