"""Exported workspaces on their way into others."""

import hashlib
import io
import zipfile
from collections.abc import Iterator, Mapping
from typing import Any

import orjson
from django.core.files.uploadedfile import SimpleUploadedFile

from exports.services.kinds import KINDS
from jobs.models import Job
from tests.exports.exporting import done, entries, rows
from tests.support.cast import Client
from workspaces.models import Workspace

NATURAL = {
    "projects": ("key",),
    "columns": ("project_id", "key"),
    "labels": ("project_id", "name"),
    "tasks": ("project_id", "number"),
    "comments": ("task_id", "content"),
    "attachments": ("task_id", "file_name"),
}
"""What stands for the id of a row, in rows whose ids differ."""
NEW = ("id", "updated_at")
"""What differs between a row and the one that was imported from it."""


def ask_import(client: Client, workspace: Workspace, content: bytes, **more: Any) -> Job:
    """The job that imports this ZIP, before anybody has worked on it."""
    payload = {"file_id": uploaded(client, workspace, content), **more}
    body = {"type": "import_workspace", "payload": payload, "workspace_id": str(workspace.pk)}
    return Job.objects.get(pk=client.ask("POST", "/api/jobs", body, status=202)["data"]["id"])


def uploaded(client: Client, workspace: Workspace, content: bytes) -> str:
    """The id of the file that the person has sent."""
    path = f"/api/workspaces/{workspace.pk}/import-files"
    file = SimpleUploadedFile("workspace.zip", content)
    sent: Any = client.post(path, {"file": file}, "multipart")
    assert sent.status_code == 201, sent.content
    return str(sent.json()["data"]["id"])


def imported(client: Client, workspace: Workspace, content: bytes, **more: Any) -> Job:
    return done(ask_import(client, workspace, content, **more))


def content_without_ids(content: bytes) -> dict[str, list[str]]:
    """The rows of a ZIP by kind, with natural keys in place of ids."""
    people = {row["id"]: row["email"] or row["name"] for row in rows(content, "people")}
    keys: dict[str, Mapping[str, str]] = {"people": people}
    for name, fields in NATURAL.items():
        found = {}
        for row in rows(content, name):
            shown = _named(name, row, keys)
            found[row["id"]] = " ".join(str(shown[field]) for field in fields)
        keys[name] = found
    return {
        name: sorted(_line(_named(name, row, keys)) for row in rows(content, name))
        for name in KINDS
    }


def _named(name: str, row: dict[str, Any], keys: Mapping[str, Mapping[str, str]]) -> dict[str, Any]:
    kind, shown = KINDS[name], dict(row)
    for field, other in (*kind.refs, *((each, "people") for each in kind.people)):
        shown[field] = shown[field] and keys.get(other, {}).get(shown[field], "?")
    return shown


def _line(row: dict[str, Any]) -> str:
    kept = {name: value for name, value in row.items() if name not in NEW}
    return orjson.dumps(kept, option=orjson.OPT_SORT_KEYS).decode()


def changed(content: bytes, **parts: Any) -> bytes:
    """The ZIP with other rows in these parts, and a manifest that agrees."""
    found = entries(content)
    manifest = orjson.loads(found.pop("manifest.json"))
    for name, lines in parts.items():
        text = b"".join(orjson.dumps(line) + b"\n" for line in lines)
        found[f"{name}.jsonl"] = text
        manifest["parts"][f"{name}.jsonl"] = described(text)
    return zipped({"manifest.json": orjson.dumps(manifest), **found})


def described(text: bytes) -> dict[str, Any]:
    digest = hashlib.sha256(text).hexdigest()
    return {"rows": text.count(b"\n"), "size": len(text), "sha256": digest}


def zipped(found: Mapping[str, bytes]) -> bytes:
    made = io.BytesIO()
    with zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as target:
        for name, text in found.items():
            target.writestr(name, text)
    return made.getvalue()


def without(lines: list[dict[str, Any]], **fields: Any) -> Iterator[dict[str, Any]]:
    """The rows with these values in place of their own."""
    return ({**line, **fields} for line in lines)
