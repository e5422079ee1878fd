"""Workspaces, and lists of tasks, as ZIPs of JSON Lines."""

import hashlib

import orjson
import pytest
from pytest_django import Settings

from attachments.storage.chosen import storage
from exports.services import scopes, zips
from exports.services.kinds import KINDS, Kind
from tasks.services.tasks import delete_task
from tests.exports.exporting import ask, done, entries, exported, rows
from tests.exports.whole import PLAN, fill
from tests.support.actors import by
from tests.support.cast import Cast, Client, client_of
from workspaces.models import Membership

pytestmark = pytest.mark.django_db

WHOLE = {"what": "workspace", "format": "jsonl"}


@pytest.fixture
def ada(cast: Cast) -> Client:
    return client_of(cast.ada)


def test_a_workspace_has_all_kinds(cast: Cast, ada: Client) -> None:
    fill(cast)
    content = exported(ada, cast, **WHOLE)
    counts = {name: len(rows(content, name)) for name in (*KINDS, "people")}
    assert counts == {
        "projects": 2,
        "members": 4,
        "columns": 7,
        "transitions": 2,
        "labels": 1,
        "tasks": 3,
        "task_labels": 1,
        "relations": 1,
        "watchers": 1,
        "task_mentions": 1,
        "comments": 2,
        "reactions": 1,
        "comment_mentions": 1,
        "attachments": 1,
        "people": 6,
    }


def test_the_manifest_tells_of_each_part(cast: Cast, ada: Client) -> None:
    fill(cast)
    found = entries(exported(ada, cast, **WHOLE))
    manifest = orjson.loads(found.pop("manifest.json"))
    assert (manifest["format"], manifest["version"], manifest["has_files"]) == ("gantry", 1, False)
    assert manifest["parts"] == {
        name: {
            "rows": content.count(b"\n"),
            "size": len(content),
            "sha256": hashlib.sha256(content).hexdigest(),
        }
        for name, content in found.items()
    }


def test_files_are_there_if_wanted(cast: Cast, ada: Client) -> None:
    fill(cast)
    content = exported(ada, cast, **WHOLE, with_files=True)
    [attachment] = rows(content, "attachments")
    assert entries(content)[f"files/{attachment['id']}"] == PLAN


def test_a_file_that_is_gone_is_left_out(cast: Cast, ada: Client) -> None:
    tasks = fill(cast)
    [file] = tasks[0].attachments.all()
    storage().remove(file.storage_key)
    content = exported(ada, cast, **WHOLE, with_files=True)
    assert len(rows(content, "attachments")) == 1
    assert not [name for name in entries(content) if name.startswith("files/")]


def test_too_many_files_are_refused(
    cast: Cast, ada: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(zips, "MOST_BYTES", len(PLAN) - 1)
    fill(cast)
    job = done(ask(ada, cast, **WHOLE, with_files=True))
    assert (job.state, job.error and job.error["code"]) == ("FAILED", "files_too_large")


def test_a_whole_workspace_is_for_admins(cast: Cast) -> None:
    body = {"type": "export", "payload": WHOLE, "workspace_id": str(cast.workspace.pk)}
    client_of(cast.pia).ask("POST", "/api/jobs", body, status=403)


def test_who_is_no_admin_any_more_gets_nothing(cast: Cast) -> None:
    Membership.objects.filter(user=cast.pia).update(role="ADMIN")
    job = ask(client_of(cast.pia), cast, **WHOLE)
    Membership.objects.filter(user=cast.pia).update(role="PM")
    assert done(job).state == "FAILED"
    assert job.error
    assert job.error["code"] == "forbidden"


def test_a_list_has_what_one_may_read(cast: Cast) -> None:
    """The relation leads to a task of a project that Moe may not read."""
    whole, _ = fill(cast)
    delete_task(actor=by(cast.lea), task=whole)
    content = exported(client_of(cast.moe), cast, format="jsonl")
    assert [row["title"] for row in rows(content, "tasks")] == ["Part"]
    assert not rows(content, "relations")
    assert not rows(content, "comments")
    assert [row["name"] for row in rows(content, "projects")] == ["Engine"]
    assert cast.ada.email in {row["email"] for row in rows(content, "people")}


def test_guests_read_no_addresses(cast: Cast) -> None:
    fill(cast)
    cast.project.memberships.create(workspace=cast.workspace, user=cast.gus, role="VIEWER")
    content = exported(client_of(cast.gus), cast, format="jsonl")
    addresses = {row["name"]: row["email"] for row in rows(content, "people")}
    assert addresses == {"Ada": None, "Gus": "gus@example.com", "Lea": None, "Max": None}


def test_rows_are_read_in_pages(cast: Cast, ada: Client, monkeypatch: pytest.MonkeyPatch) -> None:
    fill(cast)
    before = exported(ada, cast, **WHOLE)
    monkeypatch.setattr(scopes, "PAGE", 1)
    for kind in KINDS.values():
        monkeypatch.setitem(vars(kind), "at_once", 1)
    after = exported(ada, cast, **WHOLE)
    for name in KINDS:
        assert rows(after, name) == rows(before, name), name
        assert isinstance(KINDS[name], Kind)


def test_nothing_is_exported_of_an_empty_workspace(cast: Cast, settings: Settings) -> None:
    body = {"type": "export", "payload": WHOLE, "workspace_id": str(cast.elsewhere.pk)}
    answer = client_of(cast.sam).ask("POST", "/api/jobs", body, status=202)
    assert answer["data"]["state"] == "PENDING"
