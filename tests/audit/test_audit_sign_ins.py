"""Sign-ins, failed ones, factors and passwords in the chain of the instance."""

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from rest_framework.test import APIClient

from accounts.models import User
from audit.models import AuditEntry
from core.limits import AUTONOMOUS
from core.models import AttemptCount
from identity.limits import FAILURES_TOLD
from identity.services.publishing import publish_failed_sign_in
from identity.services.sessions import end_sessions_of
from tests.support.actors import by
from tests.support.sign_in import PASSWORD

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
