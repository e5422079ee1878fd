"""Who an account at a provider is, when somebody has its address here already."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from rest_framework.test import APIClient

from accounts.models import User
from accounts.services.deletion import delete_person
from activity.models import Event
from identity.models import KnownDevice, PersonalToken
from identity.services.personal_tokens import create_token
from outbox.models import Delivery
from tests.notifications.mailing import send_all
from tests.support.actors import by
from tests.support.factors import give_app, give_recovery_codes
from tests.support.oidc_provider import OidcProvider
from tests.support.openapi import complaints, described
from tests.support.provider_sign_in import TOKEN, by_token
from tests.support.sign_in import PASSWORD, bearing
from workspaces.services.workspaces import create_workspace

pytestmark = pytest.mark.django_db


@pytest.fixture
def verified(grace: User) -> User:
    EmailAddress.objects.create(user=grace, email=grace.email, verified=True, primary=True)
    return grace


def refusal(answer: Any) -> tuple[int, str]:
    assert complaints(answer, described("post", TOKEN)) == []
    return answer.status_code, answer.json()["code"]


def linked(person: User) -> set[str]:
    return set(SocialAccount.objects.filter(user=person).values_list("provider", flat=True))


def test_an_address_verified_on_both_sides_links(
    stranger: APIClient, peer: OidcProvider, verified: User
) -> None:
    give_app(verified)
    body = by_token(stranger, peer).json()

    assert body["code"] == "mfa_required"
    assert linked(verified) == {peer.url}
    verified.refresh_from_db()
    assert verified.check_password(PASSWORD)


def test_whatever_the_case_of_the_address(
    stranger: APIClient, peer: OidcProvider, verified: User
) -> None:
    answer = by_token(stranger, peer, email="GRACE@Example.COM")

    assert answer.json()["data"]["user"]["id"] == str(verified.pk)


def test_its_owner_hears_of_a_link(stranger: APIClient, peer: OidcProvider, verified: User) -> None:
    by_token(stranger, peer)

    [mail] = [sent for sent in send_all() if sent.kind == "account_linked"]
    assert (mail.state, mail.recipient_id) == ("SENT", verified.pk)
    assert Event.objects.filter(entity_id=verified.pk, action="account_linked").exists()


@pytest.mark.parametrize("told", [False, None, "false", "no"])
@pytest.mark.usefixtures("verified")
def test_an_address_the_provider_has_not_verified_never_links(
    stranger: APIClient, peer: OidcProvider, grace: User, told: Any
) -> None:
    answer = by_token(stranger, peer, email_verified=told)

    assert refusal(answer) == (403, "email_not_verified")
    assert linked(grace) == set()


def test_an_unverified_address_is_answered_like_an_unknown_one(
    stranger: APIClient, peer: OidcProvider, verified: User
) -> None:
    known = by_token(stranger, peer, email_verified=False).json()
    unknown = by_token(stranger, peer, email="x@example.com", email_verified=False).json()

    assert known | {"request_id": ""} == unknown | {"request_id": ""}


@pytest.fixture
def squatter(stranger: APIClient, grace: User) -> APIClient:
    """Somebody who has prepared the address of another: every way in that there is."""
    body = {"email": grace.email, "password": PASSWORD}
    token = stranger.post("/api/auth/login", body).json()["data"]["access_token"]
    give_app(grace)
    give_recovery_codes(grace)
    SocialAccount.objects.create(user=grace, provider="google", uid="the squatter's")
    EmailAddress.objects.create(user=grace, email="squatter@example.com", verified=True)
    create_token(actor=by(grace), name="Key", scopes=["read"])
    return bearing(token)


def test_a_squatter_loses_every_way_in(
    stranger: APIClient, squatter: APIClient, peer: OidcProvider, grace: User
) -> None:
    assert squatter.get("/api/auth/me").status_code == 200

    token = by_token(stranger, peer).json()["data"]["access_token"]

    assert squatter.get("/api/auth/me").status_code == 401
    assert bearing(token).get("/api/auth/me").json()["data"]["id"] == str(grace.pk)
    grace.refresh_from_db()
    assert not grace.has_usable_password()
    assert linked(grace) == {peer.url}
    assert not Authenticator.objects.filter(user=grace).exists()
    assert not PersonalToken.objects.filter(user=grace).exists()
    [address] = EmailAddress.objects.filter(user=grace)
    assert (address.email, address.verified, address.primary) == (grace.email, True, True)
    assert KnownDevice.objects.filter(user=grace).count() == 1
    assert UserSession.objects.filter(user=grace).count() == 1


def test_a_squatter_at_the_same_provider_is_shut_out_too(
    stranger: APIClient, squatter: APIClient, peer: OidcProvider, grace: User
) -> None:
    by_token(stranger, peer, "google")

    [account] = SocialAccount.objects.filter(user=grace)
    assert (account.provider, account.uid) == ("google", "grace-1")


@pytest.mark.usefixtures("squatter")
def test_the_owner_is_told_what_became_of_the_account(
    stranger: APIClient, peer: OidcProvider, grace: User
) -> None:
    by_token(stranger, peer)

    assert Delivery.objects.get(kind="account_linked").payload["disowned"] is True


@pytest.mark.usefixtures("mandatory_verification")
def test_a_squatter_who_waits_for_the_code_never_gets_in(
    stranger: APIClient, peer: OidcProvider, grace: User
) -> None:
    login = {"email": grace.email, "password": PASSWORD}
    waiting = stranger.post("/api/auth/login", login).json()
    assert waiting["code"] == "email_verification_required"
    by_token(stranger, peer)

    for path in ("/api/auth/email/verify", "/api/auth/mfa/verify"):
        headers = {"X-Session-Token": waiting["session_token"]}
        answer = stranger.post(path, {"code": "ABC123"}, headers=headers)
        assert answer.status_code >= 400
    assert stranger.post("/api/auth/login", login).json()["code"] == "invalid_credentials"


def test_who_has_proved_an_address_goes_before_who_only_claims_it(
    stranger: APIClient, peer: OidcProvider, grace: User
) -> None:
    owner = User.objects.create_user("hopper@example.com")
    EmailAddress.objects.create(user=owner, email=grace.email, verified=True)

    answer = by_token(stranger, peer)

    assert answer.json()["data"]["user"]["id"] == str(owner.pk)
    assert linked(grace) == set()


def test_two_providers_with_the_same_address_meet_in_one_person(
    stranger: APIClient, peer: OidcProvider
) -> None:
    first = by_token(stranger, peer, "oidc").json()["data"]["user"]
    second = by_token(stranger, peer, "google").json()["data"]["user"]

    assert second == first
    assert linked(User.objects.get()) == {peer.url, "google"}


def test_an_address_that_was_handed_on_does_not_carry_the_account_along(
    stranger: APIClient, peer: OidcProvider
) -> None:
    by_token(stranger, peer)

    answer = by_token(stranger, peer, sub="the next owner of the address")

    assert refusal(answer) == (409, "link_first")
    assert SocialAccount.objects.count() == 1


@pytest.mark.parametrize("power", ["is_staff", "is_superuser"])
@pytest.mark.parametrize("is_verified", [True, False])
def test_staff_are_never_linked_by_their_address(
    stranger: APIClient, peer: OidcProvider, grace: User, power: str, *, is_verified: bool
) -> None:
    User.objects.filter(pk=grace.pk).update(**{power: True})
    EmailAddress.objects.create(user=grace, email=grace.email, verified=is_verified)

    assert refusal(by_token(stranger, peer)) == (409, "link_first")
    assert linked(grace) == set()


def test_a_deactivated_person_stays_outside(
    stranger: APIClient, peer: OidcProvider, verified: User
) -> None:
    by_token(stranger, peer)
    User.objects.filter(pk=verified.pk).update(is_active=False)

    answers = [by_token(stranger, peer), by_token(stranger, peer, "google")]

    assert [refusal(answer) for answer in answers] == [(403, "account_closed")] * 2


def test_a_deleted_person_comes_back_as_somebody_new(
    stranger: APIClient, peer: OidcProvider
) -> None:
    old = by_token(stranger, peer).json()["data"]
    person = User.objects.get()
    create_workspace(actor=by(person), name="Hers")
    delete_person(actor=by(person), person=person)

    new = by_token(stranger, peer).json()["data"]

    assert new["user"]["id"] != old["user"]["id"]
    assert bearing(old["access_token"]).get("/api/auth/me").status_code == 401
    assert bearing(new["access_token"]).get("/api/workspaces").json()["data"] == []
    assert not SocialAccount.objects.filter(user=person).exists()


@pytest.mark.usefixtures("mandatory_verification")
def test_who_comes_from_a_provider_has_proved_their_address(
    stranger: APIClient, peer: OidcProvider
) -> None:
    assert by_token(stranger, peer).status_code == 200

    assert User.objects.by_address("grace@example.com").exists()
