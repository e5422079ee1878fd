"""What a name may hold, wherever one is given."""

from typing import Any

import pytest

from clerk.services.people import Organization, Profile
from core.names import cleaned_name
from identity.providers.registry import Identity, Provider
from tasks.models import Task
from tests.support.cast import Cast, client_of

REFUSED = ["a\nb", "a\rb", "a\u2028b", "a\x00b", "a\x1bb", "a\x85b", "a\u202eb", "a\u2067b"]
TAKEN = ["Ada 👩‍🔧", "می‌خواهم", "http://a.example", "שלום"]

PLACES: list[tuple[str, str, dict[str, Any], str]] = [
    ("PATCH", "/api/auth/me", {}, "name"),
    ("POST", "/api/workspaces", {}, "name"),
    ("PATCH", "/api/workspaces/{workspace}", {}, "name"),
    ("POST", "/api/projects", {"workspaceId": "{workspace}"}, "name"),
    ("PATCH", "/api/projects/{project}", {}, "name"),
    ("POST", "/api/projects/{project}/tasks", {}, "title"),
    ("PATCH", "/api/tasks/{task}", {}, "title"),
]


@pytest.mark.parametrize(("method", "path", "body", "field"), PLACES)
def test_names_are_one_line(
    cast: Cast, task: Task, method: str, path: str, body: dict[str, Any], field: str
) -> None:
    named = {"workspace": cast.workspace, "project": cast.project, "task": task}
    by = cast.lea if "project}" in path or "task}" in path else cast.ada
    ids = {name: str(row.pk) for name, row in named.items()}
    path = path.format(**ids)
    body = {
        key: value.format(**ids) if isinstance(value, str) else value for key, value in body.items()
    }
    for name in REFUSED:
        answer = client_of(by).ask(method, path, body | {field: name}, status=400)
        assert list(answer["errors"]) == [field]
    for name in TAKEN:
        answer = client_of(by).ask(
            method, path, body | {field: name}, status=201 if method == "POST" else 200
        )


def test_sign_up_asks_for_one_line(db: None) -> None:
    body = {"email": "new@example.com", "password": "a long enough secret"}
    for name in REFUSED:
        answer = client_of(None).ask(
            "POST", "/api/auth/register", body | {"name": name}, status=400
        )
        assert list(answer["errors"]) == ["name"]


def test_names_told_by_providers_are_cleaned() -> None:
    name = "Ada\r\n\u202eKing\x00"
    provider = Provider("p", "oidc", "P", "https://p.example", "p", "c", "s")
    told = [
        Profile(id="user_1", name=name).name,
        Organization(id="org_1", name=name).name,
        Identity(provider, "1", "a@example.com", name).name,
        cleaned_name(name),
    ]
    assert told == ["Ada King"] * 4
