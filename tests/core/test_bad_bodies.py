"""Bodies that are no JSON object, too big or too deep: the envelope, and nothing happens."""

from typing import Any

import pytest

from tests.support.cast import Cast, client_of

WRITES = [
    "POST /api/workspaces",
    "PATCH /api/workspaces/{workspace}",
    "POST /api/workspace/add-member",
    "POST /api/workspaces/{workspace}/invitations",
    "PATCH /api/workspaces/{workspace}/settings",
    "PUT /api/workspaces/{workspace}/owner",
    "POST /api/projects",
    "PUT /api/projects/{project}/lead",
    "POST /api/projects/{project}/members",
    "POST /api/tasks",
    "POST /api/tasks/{task}/transition",
    "DELETE /api/tasks",
    "POST /api/tasks/{task}/comments",
    "POST /api/tasks/{task}/move",
    "POST /api/tasks/{task}/copy",
    "POST /api/tasks/{task}/transfer",
    "POST /api/tasks/{task}/watchers",
    "POST /api/tasks/{task}/relations",
    "POST /api/tasks/{task}/attachments",
    "POST /api/projects/{project}/labels",
    "POST /api/projects/{project}/filters",
]
MALFORMED = {
    "cut off": b'{"name": "x"',
    "no JSON": b"name=x",
    "not UTF-8": b'{"name": "\xff\xfe"}',
    "NaN": b'{"progress": NaN}',
    "Infinity": b'{"progress": -Infinity}',
    "a number of 5,000 digits": b'{"progress": ' + b"9" * 5000 + b"}",
    "two values": b"{} {}",
    "NUL": b'{"name": "\0"}',
    "nothing but a mark": b"\xef\xbb\xbf",
}
DEEP = {
    "lists": b"[" * 10_000,
    "objects": b'{"name":' * 10_000,
    "closed": b'{"name":' + b"[" * 10_000 + b"]" * 10_000 + b"}",
}
NO_OBJECT = [b"[]", b"5", b'"name"', b"null", b"true", b'[{"name": "x"}]']

pytestmark = pytest.mark.usefixtures("unchanged")


def refused(cast: Cast, body: Any, route: str = WRITES[0], kind: str = "application/json") -> Any:
    """(status, code) of this body, with the envelope checked."""
    task = cast.project.tasks.get().pk
    named = {"workspace": cast.workspace.pk, "project": cast.project.pk, "task": task}
    method, path = route.format(**named).split()
    client = client_of(cast.lea if "/members" in path else cast.ada)
    answer = client.generic(method, path, body, content_type=kind)
    told = answer.json()
    assert {"success", "message", "code", "request_id"} <= told.keys()
    assert told["success"] is False
    return answer.status_code, told["code"]


def test_malformed_json_is_refused_everywhere(cast: Cast) -> None:
    found = {(at, name): refused(cast, MALFORMED[name], at) for at in WRITES for name in MALFORMED}
    assert found == dict.fromkeys(found, (400, "malformed"))


def test_deep_nesting_is_refused_everywhere(cast: Cast) -> None:
    found = {(at, name): refused(cast, DEEP[name], at) for at in WRITES for name in DEEP}
    told = ((400, "nested_too_deeply"), (400, "malformed"))
    assert {name: answer for name, answer in found.items() if answer not in told} == {}


def test_a_body_that_is_no_object_is_refused_everywhere(cast: Cast) -> None:
    found = {(at, body): refused(cast, body, at) for at in WRITES for body in NO_OBJECT}
    assert found == dict.fromkeys(found, (400, "invalid"))


def test_a_body_of_two_megabytes_is_refused_everywhere(cast: Cast) -> None:
    body = b'{"name": "' + b"x" * 2_000_000 + b'"}'
    found = {at: refused(cast, body, at) for at in WRITES}
    assert found == dict.fromkeys(WRITES, (413, "too_large"))


@pytest.mark.parametrize(
    "kind",
    ["text/plain", "application/x-www-form-urlencoded", "multipart/form-data; boundary=x", "x"],
)
def test_another_content_type_is_refused(cast: Cast, kind: str) -> None:
    assert refused(cast, b"name=x", kind=kind) == (415, "unsupported_media_type")


@pytest.mark.parametrize("charset", ["zlib", "hex", "rot13", "utf-16", "nonsense", "idna"])
def test_an_unfit_charset_is_refused(cast: Cast, charset: str) -> None:
    kind = f"application/json; charset={charset}"
    status, code = refused(cast, b'{"name": ', kind=kind)
    assert (status, code) == (400, "malformed")


def test_a_missing_body_names_what_is_missing(cast: Cast) -> None:
    path = f"/api/projects/{cast.project.pk}/tasks"
    refusal = client_of(cast.ada).ask("POST", path, status=400)
    assert refusal == {
        "success": False,
        "message": "title: This field is required.",
        "code": "invalid",
        "errors": {"title": ["This field is required."]},
        "request_id": refusal["request_id"],
    }
