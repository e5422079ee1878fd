"""Uploading files to import from: sent, or announced and stored by a link; for oneself only."""

import hashlib
import os
from datetime import timedelta
from functools import partial
from io import BytesIO
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

import pytest
from django.http import HttpResponseBase
from django.test.client import BOUNDARY
from django.utils import timezone
from pytest_django import Settings

from accounts.services.deletion import delete_person
from attachments.models import StoredBytes
from attachments.services.removal import remove_orphans
from attachments.services.uploads import LARGEST
from attachments.storage.chosen import storage
from imports.models import ImportFile
from imports.retention import end_unfinished_import_files, remove_import_files
from imports.services.files import MOST_FILES, begin_import_file, complete_import_file
from tests.support.actors import by
from tests.support.cast import Cast, Client, client_of
from tests.support.databases import CommittedDatabase
from tests.support.documents import at
from tests.support.threads import succeeds, times

TABLE = b"ID,Title\n1,Oil it\n2,\n"


def folder(cast: Cast) -> str:
    return f"/api/workspaces/{cast.workspace.pk}/import-files"


def send(client: Client, path: str, content: bytes, name: str = "tasks.csv") -> HttpResponseBase:
    head = (
        f"--{BOUNDARY}\r\nContent-Disposition: form-data; "
        f'name="file"; filename="{name}"\r\nContent-Type: text/csv\r\n\r\n'
    )
    body: Any = head.encode() + content + f"\r\n--{BOUNDARY}--\r\n".encode()
    kind = f"multipart/form-data; boundary={BOUNDARY}"
    answer: HttpResponseBase = client.generic("POST", path, body, kind)
    return answer


def sent(client: Client, cast: Cast, content: bytes = TABLE) -> Any:
    answer: Any = send(client, folder(cast), content)
    assert answer.status_code == 201, answer.content
    return answer.json()["data"]


def store(made: Any, content: bytes) -> int:
    """The status of the request that stores an announced file, as nobody in particular."""
    upload = made["upload"]
    kind = upload["headers"][0]["value"]
    body: Any = content
    path = urlsplit(upload["url"]).path
    return int(Client().generic(upload["method"], path, body, kind).status_code)


def test_a_sent_file_is_there_for_who_sent_it(cast: Cast) -> None:
    made = sent(client_of(cast.moe), cast)
    file = ImportFile.objects.get()
    assert made == {
        "id": str(file.pk),
        "workspace_id": str(cast.workspace.pk),
        "file_name": "tasks.csv",
        "size": len(TABLE),
        "sha256": hashlib.sha256(TABLE).hexdigest(),
        "state": "READY",
        "created_at": at(file.created_at),
        "updated_at": at(file.updated_at),
        "version": 1,
        "upload": None,
    }
    del made["upload"]
    assert client_of(cast.moe).ask("GET", folder(cast))["data"] == [made]
    assert client_of(cast.moe).ask("GET", f"/api/import-files/{file.pk}")["data"] == made
    assert StoredBytes.objects.get().total == len(TABLE)


@pytest.mark.parametrize("name", ["ada", "sam"])
def test_files_of_others_are_not_found(cast: Cast, name: str) -> None:
    one = f"/api/import-files/{sent(client_of(cast.moe), cast)['id']}"
    other = client_of(getattr(cast, name))
    for method, path in (("GET", one), ("DELETE", one), ("POST", f"{one}/complete")):
        other.ask(method, path, status=404)
    other.ask("POST", f"{one}/preview", {}, status=404)
    assert client_of(cast.ada).ask("GET", folder(cast))["data"] == []
    client_of(cast.sam).ask("GET", folder(cast), status=403)


def test_guests_bring_no_files(cast: Cast) -> None:
    gus = client_of(cast.gus)
    refusal = gus.ask("POST", folder(cast), {"file_name": "a.csv", "size": 3}, status=403)
    assert refusal["required"] == "import:create"
    assert send(gus, folder(cast), TABLE).status_code == 403
    assert not ImportFile.objects.exists()


def test_an_announced_file_is_stored_then_completed(cast: Cast) -> None:
    client = client_of(cast.moe)
    digest = hashlib.sha256(TABLE).hexdigest()
    body = {"file_name": "t.csv", "size": len(TABLE), "sha256": digest.upper()}
    made = client.ask("POST", folder(cast), body, status=201)["data"]
    path = f"/api/import-files/{made['id']}"
    assert (made["state"], made["sha256"]) == ("PENDING", digest)
    refusal = client.ask("POST", f"{path}/preview", {}, status=409)
    assert refusal["code"] == "import_file_not_ready"
    assert client.ask("POST", f"{path}/complete", status=409)["code"] == "upload_missing"
    assert store(made, TABLE + b" ") == 400
    assert store(made, TABLE) == 204
    done = client.ask("POST", f"{path}/complete")["data"]
    assert (done["state"], done["version"]) == ("READY", 2)
    assert client.ask("POST", f"{path}/complete")["data"] == done
    assert store(made, TABLE) == 404
    assert StoredBytes.objects.get().total == len(TABLE)


def test_a_file_other_than_the_announced_one_is_not_completed(cast: Cast) -> None:
    client = client_of(cast.moe)
    body = {"file_name": "t.csv", "size": len(TABLE), "sha256": "0" * 64}
    made = client.ask("POST", folder(cast), body, status=201)["data"]
    store(made, TABLE)
    refusal = client.ask("POST", f"/api/import-files/{made['id']}/complete", status=409)
    assert refusal["code"] == "upload_differs"


def test_a_deleted_file_leaves_room(cast: Cast) -> None:
    client = client_of(cast.moe)
    path = f"/api/import-files/{sent(client, cast)['id']}"
    stale = {"If-Match": '"7"'}
    client.ask("DELETE", path, status=412, **stale)
    client.ask("DELETE", path, status=204)
    client.ask("GET", path, status=404)
    assert StoredBytes.objects.get().total == 0


def test_files_count_against_the_quota(cast: Cast, settings: Settings) -> None:
    settings.ATTACHMENTS_QUOTA = 2 * len(TABLE) - 1
    client = client_of(cast.moe)
    sent(client, cast)
    assert send(client, folder(cast), TABLE).status_code == 409
    body = {"file_name": "a.csv", "size": len(TABLE)}
    assert client.ask("POST", folder(cast), body, status=409)["code"] == "storage_full"
    assert ImportFile.objects.count() == 1


def test_nobody_has_more_than_some_files(cast: Cast) -> None:
    client = client_of(cast.moe)
    for _ in range(MOST_FILES):
        client.ask("POST", folder(cast), {"file_name": "a.csv", "size": 1}, status=201)
    refusal = client.ask("POST", folder(cast), {"file_name": "a.csv", "size": 1}, status=409)
    assert refusal["code"] == "too_many_import_files"
    sent(client_of(cast.max), cast)


@pytest.mark.parametrize(
    ("wrong", "field"),
    [
        ({"size": 0}, "size"),
        ({"size": LARGEST + 1}, "size"),
        ({"sha256": "x"}, "sha256"),
        ({"file_name": ""}, "file_name"),
        ({"file_name": "\u202e"}, "file_name"),
    ],
)
def test_an_announcement_that_makes_no_sense_is_refused(
    cast: Cast, wrong: dict[str, Any], field: str
) -> None:
    body = {"file_name": "a.csv", "size": 3, **wrong}
    refusal = client_of(cast.moe).ask("POST", folder(cast), body, status=400)
    assert list(refusal["errors"]) == [field]


def test_an_empty_file_is_refused(cast: Cast) -> None:
    assert send(client_of(cast.moe), folder(cast), b"").status_code == 400
    assert not ImportFile.objects.exists()


NO_DATE = {"row": 2, "field": "due_date", "message": "This is no date, such as 2026-11-22."}


def test_a_preview_tells_what_would_be_read(cast: Cast) -> None:
    client = client_of(cast.moe)
    made = sent(client, cast, b"Key;Was;F\xe4llig\nA-1;Oil it;22.11.2026\nA-2;;gestern\n")
    path = f"/api/import-files/{made['id']}/preview"
    refusal = client.ask("POST", path, {}, status=400)
    assert refusal["code"] == "file_unreadable"
    options = {"mapping": {"title": "Was"}, "date_order": "dmy", "time_zone": "Europe/Berlin"}
    found = client.ask("POST", path, {"source": "csv", "options": options})["data"]
    records, mapping = found.pop("records"), found.pop("mapping")
    assert found == {
        "source": "csv",
        "columns": ["Key", "Was", "Fällig"],
        "unknown_columns": [],
        "total": None,
        "rows_read": 2,
        "flaws": [
            {**NO_DATE, "value": "gestern"},
            {"row": 2, "field": "title", "message": "There is no title.", "value": ""},
        ],
        "flaw_count": 2,
    }
    assert {"field": "title", "column": "Was"} in mapping
    assert (records[0]["title"], records[0]["due_date"]) == ("Oil it", "2026-11-22")


@pytest.mark.parametrize(
    ("body", "field"),
    [
        ({"source": "excel"}, "source"),
        ({"options": {"mapping": {"title": "x" * 201}}}, "options"),
        ({"options": {"mapping": {str(n): "a" for n in range(51)}}}, "options"),
        ({"options": {"mapping": ["title"]}}, "options"),
        ({"options": {"date_order": "ydm"}}, "options"),
        ({"options": 7}, "options"),
    ],
)
def test_options_that_make_no_sense_are_refused(
    cast: Cast, body: dict[str, Any], field: str
) -> None:
    path = f"/api/import-files/{sent(client_of(cast.moe), cast)['id']}/preview"
    refusal = client_of(cast.moe).ask("POST", path, body, status=400)
    assert all(name.startswith(field) for name in refusal["errors"])


@pytest.mark.parametrize(
    "options",
    [{"time_zone": "../etc/passwd"}, {"mapping": {"title": "Gone"}}, {"mapping": {"gone": "ID"}}],
)
def test_options_that_do_not_fit_the_file_are_refused(cast: Cast, options: Any) -> None:
    path = f"/api/import-files/{sent(client_of(cast.moe), cast)['id']}/preview"
    refusal = client_of(cast.moe).ask("POST", path, {"options": options}, status=400)
    assert refusal["code"] == "file_unreadable"


def test_a_file_without_content_any_more_is_refused(cast: Cast) -> None:
    path = f"/api/import-files/{sent(client_of(cast.moe), cast)['id']}/preview"
    storage().remove(ImportFile.objects.get().storage_key)
    refusal = client_of(cast.moe).ask("POST", path, {}, status=409)
    assert refusal["code"] == "import_file_gone"


def test_old_files_and_unfinished_ones_are_removed(
    cast: Cast, settings: Settings, tmp_path: Path
) -> None:
    settings.ATTACHMENTS_DIR = tmp_path
    client = client_of(cast.moe)
    old, _ = sent(client, cast), sent(client, cast)
    body = {"file_name": "a.csv", "size": 5}
    begun = client.ask("POST", folder(cast), body, status=201)["data"]
    for made, days in ((old, 8), (begun, 2)):
        since = timezone.now() - timedelta(days=days)
        ImportFile.objects.filter(pk=made["id"]).update(created_at=since)
    assert (remove_import_files(10), end_unfinished_import_files(10)) == (1, 1)
    kept = ImportFile.objects.get()
    assert StoredBytes.objects.get().total == kept.size
    for file in storage().files_after(""):
        os.utime(settings.ATTACHMENTS_DIR / file.key, (0, 0))
    remove_orphans(has_time=lambda: True)
    assert [file.key for file in storage().files_after("")] == [kept.storage_key]


def test_the_files_of_a_deleted_person_are_removed(cast: Cast) -> None:
    sent(client_of(cast.moe), cast)
    delete_person(actor=by(cast.moe), person=cast.moe)
    assert not ImportFile.objects.exists()
    assert StoredBytes.objects.get().total == 0


def test_files_brought_at_once_do_not_exceed_the_quota(
    committed_db: CommittedDatabase, cast: Cast, settings: Settings, tmp_path: Path
) -> None:
    settings.ATTACHMENTS_DIR, settings.ATTACHMENTS_QUOTA = tmp_path / "files", 250
    call = partial(
        begin_import_file,
        actor=by(cast.moe),
        workspace=cast.workspace,
        file_name="a.csv",
        size=100,
    )
    outcomes = times(6, lambda _: succeeds(call))
    assert sorted(outcomes) == [False] * 4 + [True] * 2
    assert StoredBytes.objects.get().total == 200


def test_completed_at_the_same_moment_it_is_copied_once(
    committed_db: CommittedDatabase, cast: Cast, settings: Settings, tmp_path: Path
) -> None:
    settings.ATTACHMENTS_DIR = tmp_path / "files"
    begun = begin_import_file(
        actor=by(cast.moe), workspace=cast.workspace, file_name="a.csv", size=len(TABLE)
    )
    storage().save(begun.storage_key, BytesIO(TABLE), "")
    done = times(3, lambda _: complete_import_file(actor=by(cast.moe), file=begun))
    kept = ImportFile.objects.get()
    assert {file.storage_key for file in done} == {kept.storage_key}
    assert [file.key for file in storage().files_after("")] == [kept.storage_key]
    assert (kept.state, StoredBytes.objects.get().total) == ("READY", len(TABLE))
