"""Webhooks over HTTP: ADMINs manage them, secrets are shown once, settings are audited."""

from typing import Any

import pytest

from activity.models import Event
from audit.models import AuditEntry
from core.sealing import unseal
from outbox.models import Delivery
from tests.support.cast import Cast, Client, client_of
from tests.support.log import log_of
from tests.webhooks.hooks import Hook, hook_to
from webhooks.models import Webhook
from webhooks.services.secrets import PURPOSE
from webhooks.services.webhooks import MOST_WEBHOOKS

pytestmark = pytest.mark.django_db

URL = "https://hooks.example.com/T1/secret-part"


@pytest.fixture
def ada(cast: Cast) -> Client:
    return client_of(cast.ada)


@pytest.fixture
def path(cast: Cast) -> str:
    return f"/api/workspaces/{cast.workspace.pk}/webhooks"


@pytest.fixture
def built(cast: Cast) -> Hook:
    return hook_to(cast, URL)


def shown(webhook: Webhook, **more: Any) -> dict[str, Any]:
    return {
        "id": str(webhook.pk),
        "workspace_id": str(webhook.workspace_id),
        "name": "Builds",
        "url": URL,
        "events": [],
        "format": "STANDARD",
        "is_enabled": True,
        "disabled_reason": "",
        "failures": 0,
        "failing_since": None,
        "rests_until": None,
        "former_until": None,
        "created_at": webhook.created_at.isoformat(),
        "updated_at": webhook.updated_at.isoformat(),
        "version": 1,
        **more,
    }


def test_a_webhook_is_added_and_its_secret_shown_once(ada: Client, path: str) -> None:
    answer = ada.post(path, {"name": "Builds", "url": URL}, "json")
    assert (answer.status_code, answer["Cache-Control"]) == (201, "no-store")
    made = answer.json()["data"]
    row = Webhook.objects.get()
    assert made == shown(row, secret=made["secret"])
    assert made["secret"].startswith("whsec_")
    assert row.secret != made["secret"] == unseal(PURPOSE, row.secret)
    assert ada.ask("GET", path)["data"] == [shown(row)]
    assert ada.ask("GET", f"{path}/{row.pk}")["data"] == shown(row)


def test_no_secret_is_kept_for_repetitions(ada: Client, path: str, built: Hook) -> None:
    body = {"name": "Other", "url": URL}
    for where, sent in ((path, body), (f"{built.path}/rotate", None)):
        ada.ask("POST", where, sent, status=201 if sent else 200, **{"Idempotency-Key": where})
        again = ada.ask("POST", where, sent, status=409, **{"Idempotency-Key": where})
        assert again["code"] == "answer_not_kept"
    assert Webhook.objects.count() == 2


def test_fields_are_read_leniently(ada: Client, path: str) -> None:
    sent = {"name": "A", "url": URL, "format": "slack", "isEnabled": False}
    made = ada.ask("POST", path, sent | {"events": ["task", "task", "comment.updated"]}, status=201)
    wanted = {"format": "SLACK", "is_enabled": False, "events": ["comment.updated", "task"]}
    assert wanted.items() <= made["data"].items()


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"name": "", "url": URL}, "name"),
        ({"url": URL}, "name"),
        ({"name": "A"}, "url"),
        ({"name": "A", "url": "http://hooks.example.com/"}, "url"),
        ({"name": "A", "url": "https://127.0.0.1/"}, "url"),
        ({"name": "A", "url": f"https://example.com/{'a' * 1000}"}, "url"),
        ({"name": "A", "url": URL, "events": ["task.exploded"]}, "events"),
        ({"name": "A", "url": URL, "events": "task"}, "events"),
        ({"name": "A", "url": URL, "format": "TEAMS"}, "format"),
        ({"name": "A", "url": URL, "is_enabled": "maybe"}, "is_enabled"),
    ],
)
def test_a_wrong_body_is_refused(ada: Client, path: str, body: Any, field: str) -> None:
    refused = ada.ask("POST", path, body, status=400)
    assert any(name.startswith(field) for name in refused["errors"])
    assert not Webhook.objects.exists()


def test_a_webhook_is_changed(ada: Client, built: Hook, cast: Cast) -> None:
    moved = {"url": "https://other.example.com/x", "events": ["task"], "is_enabled": False}
    changed = ada.ask("PATCH", built.path, moved)["data"]
    assert (moved | {"version": 2}).items() <= changed.items()
    ada.ask("PUT", built.path, {"name": "Late"}, status=412, **{"If-Match": '"1"'})
    ada.ask("PATCH", built.path, {"url": "ftp://other.example.com/"}, status=400)
    assert built.now.version == 2


def test_enabling_it_again_forgets_its_failures(ada: Client, built: Hook) -> None:
    Webhook.objects.update(is_enabled=False, failures=10, disabled_reason="It failed.")
    changed = ada.ask("PATCH", built.path, {"is_enabled": True})["data"]
    assert (changed["failures"], changed["disabled_reason"]) == (0, "")
    assert changed["is_enabled"] is True


def test_a_deleted_webhook_is_gone(ada: Client, path: str, built: Hook) -> None:
    ada.ask("DELETE", built.path, status=204)
    ada.ask("GET", built.path, status=404)
    assert ada.ask("GET", path)["data"] == []


def test_a_workspace_has_few(ada: Client, path: str, cast: Cast) -> None:
    for _ in range(MOST_WEBHOOKS):
        hook_to(cast, URL)
    refused = ada.ask("POST", path, {"name": "One more", "url": URL}, status=409)
    assert refused["code"] == "too_many_webhooks"


@pytest.mark.parametrize("who", ["pia", "lea", "max", "gus"])
def test_others_of_the_workspace_are_refused(cast: Cast, path: str, built: Hook, who: str) -> None:
    client = client_of(getattr(cast, who))
    for method, where in (("GET", path), ("GET", built.path), ("POST", f"{built.path}/rotate")):
        refused = client.ask(method, where, status=403)
        assert refused["required"] == "webhook:manage"


def test_a_webhook_is_found_in_its_workspace_only(cast: Cast, built: Hook) -> None:
    sam, key = client_of(cast.sam), built.webhook.pk
    sam.ask("GET", f"/api/workspaces/{cast.elsewhere.pk}/webhooks/{key}", status=404)
    assert sam.ask("GET", f"/api/workspaces/{cast.elsewhere.pk}/webhooks")["data"] == []


def test_settings_are_logged_and_audited_without_secrets(ada: Client, built: Hook) -> None:
    ada.ask("PATCH", built.path, {"url": f"{URL}/more", "name": "Late"})
    ada.ask("PATCH", built.path, {"url": "https://other.example.com/key"})
    ada.ask("POST", f"{built.path}/rotate")
    ada.ask("DELETE", built.path, status=204)
    told = [(action, changes) for action, _, changes in log_of(built.webhook)]
    servers = {"old": "https://hooks.example.com", "new": "https://other.example.com"}
    nothing = {"old": None, "new": None}
    assert told == [
        ("added", {}),
        ("updated", {"url": nothing, "name": {"old": "Builds", "new": "Late"}}),
        ("updated", {"url": servers}),
        ("secret_rotated", {}),
        ("deleted", {}),
    ]
    entries = AuditEntry.objects.filter(entity="webhook").order_by("created_at", "id")
    actions = [f"webhook.{action}" for action, _ in told]
    assert [entry.action for entry in entries] == actions
    written = str([*Event.objects.values(), *entries.values(), *Delivery.objects.values()])
    assert not any(part in written for part in ("secret-part", "other.example.com/key", "whsec"))


def test_only_administrators_read_of_webhooks_in_the_log(cast: Cast, built: Hook) -> None:
    path = f"/api/activity?workspace={cast.workspace.pk}&entity=webhook"
    told = {who: client_of(getattr(cast, who)).ask("GET", path)["data"] for who in ("ada", "pia")}
    assert [event["sentence"] for event in told["ada"]] == ["Ada added a webhook"]
    assert told["pia"] == []
