"""What is audited, in which chain and with which details; and that it names nobody."""

import json
import re
from typing import Any

import pytest
from django.contrib.admin.models import CHANGE, DELETION, LogEntry
from django.contrib.auth.models import Group
from django.db import connection
from django.test.utils import CaptureQueriesContext

from accounts.models import User
from accounts.services.deletion import delete_person
from accounts.services.people import change_access
from audit.models import AuditEntry
from audit.receivers import AUDITED
from core.events import Event
from identity.services.personal_tokens import create_token, revoke_token
from tasks.models import Task
from tests.attachments.sending import attach
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from workspaces.models import Membership

Told = tuple[str, str, str, dict[str, Any]]


def newest(workspace: Any = None) -> Told:
    """Action, kind of row, its id and the details of the last entry."""
    found = AuditEntry.objects.filter(workspace_id=workspace and workspace.pk)
    row = found.order_by("-created_at", "-id")[0]
    return row.action, row.entity, row.entity_id, row.details


def test_deletions_and_restorations_are_audited(cast: Cast, task: Task) -> None:
    ada, place = client_of(cast.ada), cast.workspace
    kept = str(task.pk), {"project": str(cast.project.pk)}
    ada.ask("DELETE", f"/api/tasks/{task.pk}", status=204)
    assert newest(place) == ("task.deleted", "task", *kept)
    ada.ask("POST", f"/api/tasks/{task.pk}/restore")
    assert newest(place) == ("task.restored", "task", *kept)
    for method, path, status, action in (
        ("DELETE", f"/api/projects/{cast.project.pk}", 204, "project.deleted"),
        ("POST", f"/api/projects/{cast.project.pk}/restore", 200, "project.restored"),
    ):
        ada.ask(method, path, status=status)
        assert newest(place) == (action, "project", str(cast.project.pk), {})
    ada.ask("DELETE", f"/api/workspaces/{place.pk}", status=204)
    assert newest(place) == ("workspace.deleted", "workspace", str(place.pk), {})
    ada.ask("POST", f"/api/workspaces/{place.pk}/restore")
    assert newest(place) == ("workspace.restored", "workspace", str(place.pk), {})


def test_only_what_others_wrote_or_uploaded_is_audited_when_it_is_deleted(
    cast: Cast, task: Task
) -> None:
    max_, ada, place = client_of(cast.max), client_of(cast.ada), cast.workspace
    said = {"task": str(task.pk), "author": str(cast.max.pk)}
    sent = {"task": str(task.pk), "uploaded_by": str(cast.max.pk)}
    comments = f"/api/tasks/{task.pk}/comments"
    content = max_.ask("POST", comments, {"content": "Oil"}, status=201)["data"]["id"]
    file = attach(max_, task)["id"]
    for kind, pk, details in (("comment", content, said), ("attachment", file, sent)):
        for who in (max_, ada):
            before = AuditEntry.objects.count()
            who.ask("DELETE", f"/api/{kind}s/{pk}", status=204)
            who.ask("POST", f"/api/{kind}s/{pk}/restore")
            assert AuditEntry.objects.count() == before + (0 if who is max_ else 2)
        assert newest(place) == (f"{kind}.restored", kind, pk, details)
        found = AuditEntry.objects.filter(entity_id=pk, action=f"{kind}.deleted")
        assert [(entry.actor_id, entry.details) for entry in found] == [(cast.ada.pk, details)]


def test_members_and_roles_are_audited(cast: Cast) -> None:
    ada, place, max_ = client_of(cast.ada), cast.workspace, str(cast.max.pk)
    own = Membership.objects.get(workspace=place, user=cast.max)
    ada.ask("PATCH", f"/api/workspaces/{place.pk}/members/{max_}", {"role": "PM"})
    details = {"person": max_, "role": "PM", "before": "MEMBER"}
    assert newest(place) == ("workspace.role_changed", "membership", str(own.pk), details)
    lead = {"user_id": max_}
    ada.ask("PUT", f"/api/projects/{cast.project.pk}/lead", lead)
    details = {"before": str(cast.lea.pk), "lead": max_}
    assert newest(place) == ("project.lead_changed", "project", str(cast.project.pk), details)
    ada.ask("DELETE", f"/api/workspaces/{place.pk}/members/{cast.moe.pk}", status=204)
    details = {"person": str(cast.moe.pk)}
    assert newest(place) == ("workspace.member_removed", "workspace", str(place.pk), details)


def test_settings_are_audited_with_their_values_and_names_without(cast: Cast) -> None:
    ada, place = client_of(cast.ada), cast.workspace
    ada.ask("PATCH", f"/api/workspaces/{place.pk}/settings", {"default_role": "GUEST"})
    changed = {"settings.default_role": {"old": None, "new": "GUEST"}}
    details = {"fields": ["settings.default_role"], "values": changed}
    assert newest(place) == ("workspace.updated", "workspace", str(place.pk), details)
    ada.ask("PATCH", f"/api/workspaces/{place.pk}", {"name": "Ada & Co"})
    assert newest(place)[3] == {"fields": ["name"], "values": {}}


@pytest.mark.django_db
def test_tokens_exports_and_access_are_audited_in_the_chain_of_the_instance(cast: Cast) -> None:
    token, _ = create_token(actor=by(cast.lea), name="Robot", scopes=["read"])
    lea = str(cast.lea.pk)
    details = {"person": lea, "scopes": ["read"], "workspaces": None}
    assert newest() == ("token.created", "token", str(token.pk), details)
    revoke_token(actor=by(cast.lea), token=token)
    assert newest() == ("token.revoked", "token", str(token.pk), details)
    client_of(cast.lea).ask("GET", "/api/auth/me/export")
    assert newest() == ("person.exported", "person", lea, {})
    change_access(actor=by(None), person=cast.lea, is_staff=True)
    values = {"is_staff": {"old": False, "new": True}}
    assert newest()[3] == {"fields": ["is_staff"], "values": values}


@pytest.mark.django_db
def test_staff_actions_are_audited_also_those_logged_many_at_once(cast: Cast) -> None:
    groups = [Group.objects.create(name=f"Ada Lovelace {n}") for n in range(2)]
    said = "Ada Lovelace was told."
    LogEntry.objects.log_actions(cast.ada.pk, groups[:1], CHANGE, said, single_object=True)
    LogEntry.objects.log_actions(cast.ada.pk, groups, DELETION)
    entries = AuditEntry.objects.filter(action__startswith="staff.").order_by("created_at")
    assert [(e.action, e.entity, e.entity_id, e.actor_id, e.via, e.details) for e in entries] == [
        (action, "auth.group", str(group.pk), cast.ada.pk, "admin", {})
        for action, group in (
            ("staff.changed", groups[0]),
            ("staff.deleted", groups[0]),
            ("staff.deleted", groups[1]),
        )
    ]


@pytest.mark.django_db
def test_entries_of_a_deleted_person_stay_and_name_nobody(cast: Cast, task: Task) -> None:
    lea = client_of(cast.lea)
    create_token(actor=by(cast.lea), name="Lea's robot", scopes=["read"])
    lea.ask("DELETE", f"/api/tasks/{task.pk}", status=204)
    before = list(AuditEntry.objects.order_by("id").values())
    delete_person(actor=by(cast.lea), person=cast.lea, successor=None)
    assert list(AuditEntry.objects.order_by("id").values())[: len(before)] == before
    assert newest()[:3] == ("person.deleted", "person", str(cast.lea.pk))
    everything = json.dumps(list(AuditEntry.objects.values()), default=str).casefold()
    people = User.objects.all()
    names = {word.casefold() for one in people for word in (one.name, one.email) if word}
    assert not {name for name in names | {"lea@example.com"} if f'"{name}' in everything}


def test_what_people_do_all_day_sends_no_statement_to_the_audit(cast: Cast, task: Task) -> None:
    lea, path = client_of(cast.lea), f"/api/tasks/{task.pk}"
    with CaptureQueriesContext(connection) as asked:
        lea.ask("POST", f"/api/projects/{cast.project.pk}/tasks", {"title": "Oil"}, status=201)
        lea.ask("POST", f"{path}/comments", {"content": "Oil"}, status=201)
        lea.ask("PATCH", path, {"status": "DONE"})
        daily = len(asked)
        lea.ask("DELETE", path, status=204)
    written = [n for n, query in enumerate(asked) if "audit_auditentry" in query["sql"]]
    assert len(written) == 1
    assert written[0] >= daily > 0


@pytest.mark.parametrize("event", AUDITED, ids=lambda event: event.__name__)
def test_an_action_is_a_subject_and_what_happened(event: type[Event]) -> None:
    action = AUDITED[event].action
    assert re.fullmatch(r"[a-z_]+\.[a-z_]+", action)
    assert len(action) <= 40
