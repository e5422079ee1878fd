"""POST /api/auth/email/verify and /email/resend."""

import re
from unittest.mock import ANY
from urllib.parse import unquote

import pytest
from allauth.account.models import EmailAddress
from rest_framework.test import APIClient

from accounts.models import User
from outbox.models import Delivery
from tests.notifications.mailing import send_all
from tests.support.databases import CommittedDatabase
from tests.support.sign_in import PASSWORD, bearing
from tests.support.sink import Sink, part
from tests.support.threads import times

VERIFY, RESEND = "/api/auth/email/verify", "/api/auth/email/resend"
mandatory = pytest.mark.usefixtures("mandatory_verification")


def pending(client: APIClient, email: str = "ada@example.com") -> APIClient:
    """A client that has registered and holds the session token."""
    return holding(token_for(client, email))


def token_for(client: APIClient, email: str = "ada@example.com") -> str:
    body = {"email": email, "password": PASSWORD}
    return str(client.post("/api/auth/register", body).json()["data"]["session_token"])


def holding(token: str) -> APIClient:
    client = APIClient()
    client.credentials(HTTP_X_SESSION_TOKEN=token)
    return client


def code_in(sink: Sink) -> str:
    send_all()
    found = re.search(r"\b[A-Z]{4}-[A-Z]{4}\b", part(sink.mails[-1], "plain"))
    assert found
    return found[0]


@mandatory
@pytest.mark.django_db
def test_verify_email_answers_a_pair_of_tokens(stranger: APIClient, sink: Sink) -> None:
    response = pending(stranger).post(VERIFY, {"code": code_in(sink)})

    tokens = {"access_token": ANY, "refresh_token": ANY, "expires_in": 300}
    assert response.status_code == 200
    assert response.json()["data"] == {"status": "verified", "user": ANY, **tokens}
    me = bearing(response.json()["data"]["access_token"]).get("/api/auth/me")
    assert me.json()["data"]["email"] == "ada@example.com"
    assert EmailAddress.objects.get().verified


@mandatory
@pytest.mark.django_db
def test_verify_email_takes_three_codes(stranger: APIClient, sink: Sink) -> None:
    client = pending(stranger)
    code = code_in(sink)

    assert [client.post(VERIFY, {"code": "XXXXXX"}).status_code for _ in range(3)] == [400] * 3
    response = client.post(VERIFY, {"code": code})

    assert (response.status_code, response.json()["code"]) == (409, "code_spent")
    assert not EmailAddress.objects.get().verified


@mandatory
@pytest.mark.django_db
def test_verify_email_tells_nothing_of_a_known_address(stranger: APIClient, grace: User) -> None:
    new, known = pending(stranger), pending(stranger, grace.email)

    for _ in range(4):
        ours, theirs = (client.post(VERIFY, {"code": "XXXXXX"}) for client in (new, known))
        assert theirs.status_code == ours.status_code
        assert theirs.json() == ours.json() | {"request_id": ANY}


@mandatory
@pytest.mark.django_db
@pytest.mark.parametrize("token", ["", "x", "ü", "A" * 60])
def test_verify_email_refuses_other_tokens(stranger: APIClient, sink: Sink, token: str) -> None:
    pending(stranger)
    code = code_in(sink)
    stranger.credentials(HTTP_X_SESSION_TOKEN=token)

    assert stranger.post(VERIFY, {"code": code}).status_code == 401


@mandatory
@pytest.mark.django_db
def test_verify_email_refuses_the_code_of_another_session(stranger: APIClient, sink: Sink) -> None:
    mine = pending(stranger, "eve@example.com")
    pending(stranger)

    assert mine.post(VERIFY, {"code": code_in(sink)}).status_code in {400, 409}
    assert not EmailAddress.objects.filter(verified=True).exists()


@mandatory
@pytest.mark.django_db
def test_verify_email_spends_the_session_token(stranger: APIClient, sink: Sink) -> None:
    client = pending(stranger)
    code = code_in(sink)
    client.post(VERIFY, {"code": code})

    assert client.post(VERIFY, {"code": code}).status_code == 401


@pytest.mark.usefixtures("mandatory_verification")
def test_verify_email_evaluates_three_of_many_at_once(committed_db: CommittedDatabase) -> None:
    token = token_for(APIClient())

    def attempt(n: int) -> int:
        return int(holding(token).post(VERIFY, {"code": f"XXX{n:03}"}).status_code)

    answers = times(20, attempt)

    assert answers.count(400) <= 3
    assert set(answers) <= {400, 409}


@mandatory
@pytest.mark.django_db
def test_the_code_stays_nowhere_readable(stranger: APIClient, sink: Sink) -> None:
    pending(stranger)
    code = code_in(sink)

    delivery = Delivery.objects.get()
    assert (delivery.state, delivery.mail.address) == ("SENT", "ada@example.com")
    assert "•••••" in delivery.mail.text
    assert code not in str(Delivery.objects.values().get())


@mandatory
@pytest.mark.django_db
def test_resend_is_limited_by_the_pause_between_two_codes(stranger: APIClient) -> None:
    response = pending(stranger).post(RESEND)

    assert (response.status_code, response["Retry-After"]) == (429, "10")


@pytest.mark.django_db
def test_resend_is_not_for_strangers(stranger: APIClient) -> None:
    assert stranger.post(RESEND).status_code == 401


def test_somebody_signed_in_verifies_by_a_link(signed_in: APIClient, sink: Sink) -> None:
    assert signed_in.post(RESEND).status_code == 200
    [delivery] = send_all()
    found = re.search(r"/verify-email/(\S+)", part(sink.mails[0], "plain"))
    assert found
    assert found[1] not in delivery.mail.text

    response = signed_in.post(VERIFY, {"key": unquote(found[1])})

    assert response.json()["data"] == {"status": "verified"}
    assert EmailAddress.objects.get().verified
    assert signed_in.post(RESEND).status_code == 409


@mandatory
@pytest.mark.django_db
def test_people_with_unproved_addresses_are_not_found(stranger: APIClient, sink: Sink) -> None:
    client = pending(stranger)
    assert not User.objects.by_address("Ada@example.com").exists()

    client.post(VERIFY, {"code": code_in(sink)})

    assert User.objects.by_address("Ada@example.com").exists()
