"""Sign-ins, failed ones, factors and passwords in the chain of the instance."""

import json
from datetime import timedelta
from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from allauth.usersessions.models import UserSession
from pytest_django import Settings
from rest_framework.test import APIClient

from accounts.models import User
from audit.models import AuditEntry
from core.limits import AUTONOMOUS
from core.models import AttemptCount
from identity.limits import FAILURES_TOLD
from identity.services.publishing import publish_failed_sign_in
from identity.services.sessions import end_sessions_of
from tests.support.actors import by
from tests.support.factors import give_app, wrong_code_for
from tests.support.sign_in import PASSWORD, bearing
from tests.support.signing import access_token_for

pytestmark = pytest.mark.django_db


def log_in(email: str, password: str) -> Any:
    body = {"email": email, "password": password}
    return APIClient().post("/api/auth/login", body).json()


def entries(action: str) -> list[tuple[str, dict[str, Any]]]:
    """The ids of the rows and the details, oldest first."""
    found = AuditEntry.objects.filter(workspace_id=None, action=action)
    return list(found.order_by("created_at", "id").values_list("entity_id", "details"))


def test_a_sign_in_is_audited_with_its_methods(grace: User) -> None:
    log_in(grace.email, PASSWORD)
    assert entries("session.signed_in") == [(str(grace.pk), {"methods": ["password"]})]
    [entry] = AuditEntry.objects.filter(action="session.signed_in")
    assert (entry.actor_id, entry.via, entry.request_id != "") == (grace.pk, "session", True)


def test_wrong_passwords_are_audited_without_the_address(grace: User) -> None:
    log_in(grace.email, "wrong")
    log_in("nobody@example.com", "wrong")
    once = {"failures": 1, "in_all": False}
    assert entries("session.sign_in_failed") == [(str(grace.pk), once), ("", once)]


WRONG = {"password": "wrong"}
REFUSED = {
    "to reauthenticate": ("POST", "reauthenticate", WRONG),
    "to change it": ("POST", "password/change", {"current_password": "wrong", "new_password": "N"}),
    "to make a token": ("POST", "tokens", {"name": "CI", "scopes": ["read"], **WRONG}),
    "to delete the account": ("DELETE", "me", WRONG),
}


@pytest.mark.parametrize("request_", REFUSED.values(), ids=REFUSED)
def test_a_wrong_password_is_audited_although_its_request_is_undone(
    grace: User, request_: tuple[str, str, dict[str, Any]]
) -> None:
    method, path, body = request_
    answer = bearing(access_token_for(grace)).generic(
        method, f"/api/auth/{path}", json.dumps(body), content_type="application/json"
    )
    assert answer.status_code == 400
    once = {"failures": 1, "in_all": False}
    assert entries("session.sign_in_failed") == [(str(grace.pk), once)]
    [entry] = AuditEntry.objects.filter(action="session.sign_in_failed")
    assert entry.request_id == answer.headers["X-Request-ID"]


def test_a_wrong_factor_is_audited_although_its_request_is_undone(grace: User) -> None:
    wrong, client = {"code": wrong_code_for(give_app(grace))}, bearing(access_token_for(grace))
    for _ in range(2):
        assert client.post("/api/auth/reauthenticate", wrong).status_code == 400
    once = {"failures": 1, "in_all": False}
    assert entries("session.sign_in_failed") == [(str(grace.pk), once)]


def test_the_sign_out_of_one_device_is_audited_once(grace: User) -> None:
    first, second = (log_in(grace.email, PASSWORD)["data"]["access_token"] for _ in range(2))
    lost, here = UserSession.objects.order_by("pk").values_list("pk", flat=True)
    client = bearing(second)
    for status in (204, 404):
        assert client.delete(f"/api/auth/devices/{lost}").status_code == status
    assert entries("session.ended") == [(str(grace.pk), {"device": lost})]
    for token in (first, second, second):
        assert bearing(token).post("/api/auth/logout").status_code == 204
    assert entries("session.ended")[1:] == [(str(grace.pk), {"device": here})]
    by_whom = AuditEntry.objects.filter(action="session.ended").values_list("actor_id", "via")
    assert [*by_whom] == [(grace.pk, "session")] * 2


def test_a_session_that_ends_because_its_token_came_twice_is_audited(
    grace: User, settings: Settings
) -> None:
    token = log_in(grace.email, PASSWORD)["data"]["refresh_token"]
    settings.AUTH_REFRESH_REUSE_GRACE = timedelta(0)
    for status in (200, 401, 401):
        answer = APIClient().post("/api/auth/refresh", {"refresh_token": token})
        assert answer.status_code == status
    [entry] = AuditEntry.objects.filter(action="session.ended")
    assert (entry.actor_id, entry.reason) == (None, "a refresh token was used twice")


def test_a_flood_of_guesses_is_a_few_entries(grace: User) -> None:
    for _ in range(120):
        publish_failed_sign_in(email=grace.email)
    numbers = [details["failures"] for _, details in entries("session.sign_in_failed")]
    assert numbers == [1, 10, 100, 100]
    AttemptCount.objects.using(AUTONOMOUS).all().delete()
    for n in range(3 * FAILURES_TOLD.most):
        publish_failed_sign_in(email=f"{n}@example.com")
    found = entries("session.sign_in_failed")[4:]
    assert len(found) == FAILURES_TOLD.most + 1
    assert ("", {"failures": 100, "in_all": True}) in found


def test_factors_are_audited_when_they_come_and_go(grace: User) -> None:
    app = Authenticator.objects.create(user=grace, type="totp", data={})
    details = {"kind": "totp", "factor": app.pk}
    app.delete()
    key = Authenticator.objects.create(user=grace, type="webauthn", data={})
    Authenticator.objects.filter(pk=key.pk).delete()
    passkey = (str(grace.pk), {"kind": "webauthn", "factor": key.pk})
    assert entries("second_factor.added") == [(str(grace.pk), details), passkey]
    assert entries("second_factor.removed") == [(str(grace.pk), details)]


def test_a_changed_password_and_the_end_of_all_sessions_are_audited(grace: User) -> None:
    first, second = (log_in(grace.email, PASSWORD)["data"]["access_token"] for _ in range(2))
    client = APIClient(headers={"Authorization": f"Bearer {second}"})
    body = {"current_password": PASSWORD, "new_password": "An0ther long one"}
    assert client.post("/api/auth/password/change", body).status_code == 200
    assert entries("password.changed") == [(str(grace.pk), {"recovered": False})]
    assert entries("session.all_ended") == [(str(grace.pk), {"one_kept": True})]
    end_sessions_of(grace, actor=by(grace))
    end_sessions_of(grace, actor=by(grace))
    assert entries("session.all_ended")[1:] == [(str(grace.pk), {"one_kept": False})]
    assert first
