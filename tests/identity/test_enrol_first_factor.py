"""The first second factor of staff: a stolen password is not enough to enrol it."""

import re
from collections.abc import Callable
from datetime import timedelta
from io import StringIO
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.contrib.sessions.models import Session
from django.core.management import CommandError, call_command
from django.test import Client
from django.urls import reverse
from django.utils import timezone
from rest_framework.test import APIClient

from accounts.models import User
from core.limits import reset, take
from identity.limits import CODE_PAUSE, ENROLMENT_CODES, ENROLMENT_MAILS_OF
from identity.services.access import has_proved
from identity.services.enrolment import CODE, PROVED_AT, ApprovalNotAllowed, approve_enrolment
from outbox.mail.drafts import MailDraft
from outbox.models import Delivery
from outbox.registry import compose
from tests.admin.desk import Desk
from tests.support.actors import by
from tests.support.factors import code_of, give_app, give_recovery_codes, prove_again
from tests.support.log import log_of
from tests.support.passkey import Passkey
from tests.support.sign_in import PASSWORD, bearing
from tests.support.signing import access_token_for
from tests.support.staff import sign_in_staff

CODES = "/api/auth/mfa/enrolment-code"
TOTP, KEYS = "/api/auth/mfa/totp", "/api/auth/mfa/passkeys"
PAGES = ["2fa/totp/activate/", "2fa/webauthn/add/"]


@pytest.fixture
def staff(request: pytest.FixtureRequest, grace: User) -> User:
    setattr(grace, getattr(request, "param", "is_staff"), True)
    grace.save()
    return grace


of_each_power = pytest.mark.parametrize("staff", ["is_staff", "is_superuser"], indirect=True)


@pytest.fixture
def thief(staff: User) -> APIClient:
    """Somebody who knows the password, and has just typed it."""
    client = bearing(access_token_for(staff))
    prove_again(client)
    return client


@pytest.fixture
def browser(staff: User) -> Client:
    browser = Client()
    browser.post("/accounts/login/", {"login": staff.email, "password": PASSWORD})
    browser.post("/accounts/reauthenticate/", {"password": PASSWORD})
    return browser


def mailed_code() -> str:
    draft = compose(Delivery.objects.latest("created_at"))
    assert isinstance(draft, MailDraft)
    mail = draft.render()
    found = re.search(r"\b[A-Z0-9]{4}-[A-Z0-9]{4}\b", mail.text)
    assert found
    assert found[0] not in mail.kept_text + mail.kept_html
    assert found[0] not in str(Delivery.objects.latest("created_at").payload)
    return found[0]


def wait_ten_minutes(*names: str) -> None:
    """As if what the sessions keep under these names had been written before."""
    for row in Session.objects.all():
        content = row.get_decoded()
        for name in names:
            if isinstance(content.get(name), dict):
                content[name]["sent_at"] -= 601
            elif name in content:
                content[name] -= 601
        row.session_data = Session.objects.encode(content)
        row.save()


def enrol_app(client: APIClient) -> Any:
    begun = client.post(TOTP)
    if begun.status_code != 200:
        return begun
    return client.post(f"{TOTP}/activate", {"code": code_of(begun.json()["data"]["secret"])})


def enrol_passkey(client: APIClient) -> Any:
    begun = client.post(f"{KEYS}/begin")
    if begun.status_code != 200:
        return begun
    key = Passkey().create(begun.json()["data"]["options"])
    return client.post(KEYS, {"name": "Mine", "credential": key})


WAYS = [enrol_app, enrol_passkey]
Way = Callable[[APIClient], Any]


@of_each_power
@pytest.mark.parametrize("enrol", WAYS)
def test_a_password_alone_enrols_nothing(thief: APIClient, enrol: Way) -> None:
    answer = enrol(thief)

    assert (answer.status_code, answer.json()["code"]) == (403, "mailbox_proof_required")
    assert answer.json()["required"] == "enrolment_code"
    assert not Authenticator.objects.exists()


@of_each_power
@pytest.mark.parametrize("enrol", WAYS)
def test_the_mailed_code_lets_staff_enrol(thief: APIClient, staff: User, enrol: Way) -> None:
    assert thief.post(CODES).status_code == 200
    assert Delivery.objects.get().recipient_id == staff.pk
    assert thief.post(f"{CODES}/verify", {"code": mailed_code().lower()}).status_code == 200

    assert enrol(thief).status_code in {200, 201}
    assert Authenticator.objects.filter(user=staff).count() == 2


def test_who_becomes_staff_meanwhile_is_asked_at_the_end(signed_in: APIClient, grace: User) -> None:
    prove_again(signed_in)
    secret = signed_in.post(TOTP).json()["data"]["secret"]
    options = signed_in.post(f"{KEYS}/begin").json()["data"]["options"]
    User.objects.filter(pk=grace.pk).update(is_staff=True)

    app = signed_in.post(f"{TOTP}/activate", {"code": code_of(secret)})
    body = {"name": "Mine", "credential": Passkey().create(options)}
    key = signed_in.post(KEYS, body)

    assert [app.status_code, key.status_code] == [403, 403]
    assert not Authenticator.objects.exists()


@of_each_power
def test_recovery_codes_left_over_are_no_second_factor(thief: APIClient, staff: User) -> None:
    give_recovery_codes(staff)

    assert enrol_app(thief).status_code == 403
    assert thief.post("/api/auth/mfa/recovery-codes").status_code == 409


@of_each_power
def test_a_further_factor_needs_no_code(thief: APIClient, staff: User) -> None:
    give_app(staff)

    assert enrol_passkey(thief).status_code == 201
    assert thief.post(CODES).status_code == 409


def test_who_is_not_staff_needs_no_code(signed_in: APIClient) -> None:
    prove_again(signed_in)

    assert signed_in.post(CODES).json()["code"] == "mailbox_proof_not_needed"
    assert enrol_app(signed_in).status_code == 200


def test_the_code_is_good_in_its_own_session_only(thief: APIClient, staff: User) -> None:
    owner = bearing(access_token_for(staff))
    owner.post(CODES)
    code = mailed_code()

    assert thief.post(f"{CODES}/verify", {"code": code}).status_code == 400
    assert owner.post(f"{CODES}/verify", {"code": code}).status_code == 200
    assert enrol_app(thief).status_code == 403


def test_the_code_is_good_once_and_for_ten_minutes(thief: APIClient, staff: User) -> None:
    thief.post(CODES)
    code = mailed_code()
    wait_ten_minutes(CODE)
    assert thief.post(f"{CODES}/verify", {"code": code}).status_code == 400

    take_back_the_pause(staff)
    thief.post(CODES)
    code = mailed_code()
    assert thief.post(f"{CODES}/verify", {"code": code}).status_code == 200
    assert thief.post(f"{CODES}/verify", {"code": code}).status_code == 400

    wait_ten_minutes(PROVED_AT)
    assert enrol_app(thief).status_code == 403


def test_the_proof_ends_with_the_factor_it_was_for(thief: APIClient, staff: User) -> None:
    thief.post(CODES)
    thief.post(f"{CODES}/verify", {"code": mailed_code()})
    assert enrol_app(thief).status_code == 200

    assert thief.delete(TOTP).status_code == 204
    assert enrol_app(thief).status_code == 403


def test_codes_are_limited(thief: APIClient, staff: User) -> None:
    assert [thief.post(CODES).status_code for _ in range(2)] == [200, 429]
    code = mailed_code()
    for _ in range(ENROLMENT_CODES.most):
        assert thief.post(f"{CODES}/verify", {"code": "BBBB-BBBB"}).status_code == 400
    assert thief.post(f"{CODES}/verify", {"code": code}).status_code == 429

    take_back_the_pause(staff)
    for _ in range(ENROLMENT_MAILS_OF.most - 1):
        take(ENROLMENT_MAILS_OF, str(staff.pk))
    assert bearing(access_token_for(staff)).post(CODES).status_code == 429


@of_each_power
@pytest.mark.parametrize("page", PAGES)
def test_the_pages_ask_for_the_code_too(browser: Client, staff: User, page: str) -> None:
    path = f"/accounts/{page}"
    proof = f"/accounts/2fa/enrolment/?next={path.replace('/', '%2F')}"
    for answer in (browser.get(path), browser.post(path, {"code": "123456"})):
        assert (answer.status_code, answer["Location"]) == (302, proof)

    assert browser.post(proof, {"send": "1"}).status_code == 302
    wrong = browser.post(proof, {"code": "BBBB-BBBB"})
    assert wrong.status_code == 200
    assert wrong.context["form"].errors
    right = browser.post(proof, {"code": mailed_code()})
    assert (right.status_code, right["Location"]) == (302, path)
    assert browser.get(path).status_code == 200


def test_an_app_enrolled_on_the_page_spends_the_proof(browser: Client, staff: User) -> None:
    browser.post("/accounts/2fa/enrolment/", {"send": "1"})
    browser.post("/accounts/2fa/enrolment/", {"code": mailed_code()})
    form: Any = browser.get("/accounts/2fa/totp/activate/").context["form"]
    browser.post("/accounts/2fa/totp/activate/", {"code": code_of(form.secret)})
    assert Authenticator.objects.filter(user=staff, type="totp").exists()

    Authenticator.objects.all().delete()
    assert "enrolment" in browser.get("/accounts/2fa/totp/activate/")["Location"]


def test_the_page_for_the_code_sends_nobody_elsewhere(browser: Client) -> None:
    path = "/accounts/2fa/enrolment/?next=https://evil.example/"
    browser.post(path, {"send": "1"})
    assert browser.post(path, {"code": mailed_code()})["Location"] == "/accounts/2fa/"


@of_each_power
def test_a_superuser_approves_for_half_an_hour(thief: APIClient, staff: User) -> None:
    root = User.objects.create_superuser("root@example.com", PASSWORD)
    desk = Desk()
    sign_in_staff(desk, root)

    desk.act("approve_first_factor", staff)

    assert ("enrolment_approved", root.pk, {}) in log_of(staff)
    assert Delivery.objects.get().kind == "enrolment_approved"
    assert thief.post(TOTP).status_code == 200
    past = timezone.now() - timedelta(seconds=1)
    assert User.objects.get(pk=staff.pk).enrolment_approved_until > past + timedelta(minutes=29)
    User.objects.filter(pk=staff.pk).update(enrolment_approved_until=past)
    assert thief.post(TOTP).status_code == 403


def test_an_approval_is_spent_by_the_factor(thief: APIClient, staff: User) -> None:
    approve_enrolment(actor=by(None), person=staff)
    assert enrol_app(thief).status_code == 200

    assert User.objects.get(pk=staff.pk).enrolment_approved_until is None
    assert thief.delete(TOTP).status_code == 204
    assert enrol_app(thief).status_code == 403


def test_nobody_else_approves(staff: User) -> None:
    ann = User.objects.create_user("ann@example.com", PASSWORD, is_staff=True)
    for actor in map(by, (ann, staff)):
        with pytest.raises(ApprovalNotAllowed):
            approve_enrolment(actor=actor, person=staff)
    desk = Desk()
    sign_in_staff(desk, ann)
    data = {"action": "approve_first_factor", "_selected_action": [str(staff.pk)]}
    desk.post(reverse("admin:accounts_user_changelist"), data)

    assert User.objects.get(pk=staff.pk).enrolment_approved_until is None


def test_the_operator_approves_on_the_command_line(thief: APIClient, staff: User) -> None:
    out = StringIO()
    EmailAddress.objects.filter(user=staff).delete()
    call_command("approve_enrolment", staff.email.upper(), stdout=out)

    assert "half an hour" in out.getvalue()
    assert enrol_app(thief).status_code == 200
    assert has_proved(staff, staff.email)
    for refused in ("nobody@example.com", staff.email):
        with pytest.raises(CommandError):
            call_command("approve_enrolment", refused)


def take_back_the_pause(person: User) -> None:
    """As if ten seconds had passed since the last mail."""
    reset(CODE_PAUSE, person.email)
