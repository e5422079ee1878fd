"""Undeclared actions, and errors nobody foresaw."""

from typing import Any, ClassVar

import pytest
from django.urls import path
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.permissions import IsSignedIn
from core.api.viewsets import ServiceViewSet
from core.errors import Conflict, TooManyRequests
from tests.support.cast import Cast, Client, client_of
from workspaces.api.documents import WorkspaceDocument
from workspaces.models import Workspace


class BellIsBroken(Conflict):
    message = "The bell is broken."


class Bells(ServiceViewSet):
    document = WorkspaceDocument
    action_permissions: ClassVar = {
        "ring": IsSignedIn(),
        "write": IsSignedIn(),
        "hurry": IsSignedIn(),
    }

    def ring(self, request: Request) -> Response:
        raise BellIsBroken(errors={"bell": ["Cracked."]}, allowed=["knock"])

    def write(self, request: Request) -> Response:
        Workspace.objects.update(name="x" * 999)
        return Response({})

    def hurry(self, request: Request) -> Response:
        raise TooManyRequests(retry_after=7)

    def undeclared(self, request: Request) -> Response:
        return Response({"secret": True})


urlpatterns = [
    path("ring", Bells.as_view({"post": "ring"})),
    path("write", Bells.as_view({"post": "write"})),
    path("hurry", Bells.as_view({"post": "hurry"})),
    path("undeclared", Bells.as_view({"get": "undeclared", "post": "undeclared"})),
]

pytestmark = pytest.mark.urls(__name__)


@pytest.fixture
def ada_client(cast: Cast) -> Client:
    return client_of(cast.ada)


def refused(client: Client, where: str, status: int, **more: Any) -> dict[str, Any]:
    told: dict[str, Any] = client.ask("POST", where, {}, status=status)
    assert told == {"success": False, **more, "request_id": told["request_id"]}
    return told


@pytest.mark.parametrize("method", ["GET", "POST"])
def test_an_action_without_a_row_is_refused(ada_client: Client, method: str) -> None:
    told = ada_client.ask(method, "/undeclared", {}, status=403)
    assert told["code"] == "permission_denied"
    assert "secret" not in str(told)
    Client().ask(method, "/undeclared", {}, status=401)


def test_a_refusal_is_told_with_its_code_and_facts(ada_client: Client) -> None:
    refused(
        ada_client,
        "/ring",
        409,
        message="The bell is broken.",
        code="bell_is_broken",
        errors={"bell": ["Cracked."]},
        allowed=["knock"],
    )


def test_what_the_database_cannot_hold_is_invalid(ada_client: Client, unchanged: None) -> None:
    refused(ada_client, "/write", 400, message="A value is out of range.", code="out_of_range")


def test_a_limit_says_when_to_come_back(ada_client: Client) -> None:
    answer = ada_client.post("/hurry")
    assert (answer.status_code, answer["Retry-After"]) == (429, "7")
    assert answer.json()["code"] == "too_many_requests"
