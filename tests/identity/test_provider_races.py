"""The same account, address or token at many doors at the same moment."""

import time
from threading import Event

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from django.db import connection, transaction
from rest_framework.test import APIClient

from accounts.models import User
from identity.providers.registry import Identity, provider_called
from identity.services.linked_accounts import (
    LastWayIn,
    LinkedToAnother,
    link_account,
    unlink_account,
)
from tests.support.actors import by
from tests.support.databases import CommittedDatabase
from tests.support.oidc_provider import OidcProvider
from tests.support.provider_sign_in import TOKEN
from tests.support.threads import at_once, times

CLIENT = "gantry-oidc"


def present(token: str) -> int:
    answer = APIClient().post(TOKEN, {"provider": "oidc", "id_token": token})
    return answer.status_code


def test_a_token_works_once_however_many_present_it(
    committed_db: CommittedDatabase, peer: OidcProvider
) -> None:
    token = peer.id_token(CLIENT)

    answers = times(6, lambda _: present(token))

    assert sorted(answers) == [200] + [401] * 5


def test_first_visits_at_once_make_one_person(
    committed_db: CommittedDatabase, peer: OidcProvider
) -> None:
    tokens = [peer.id_token(CLIENT, jti=str(n)) for n in range(6)]

    answers = times(6, lambda n: present(tokens[n]))

    assert answers == [200] * 6
    assert (User.objects.count(), SocialAccount.objects.count()) == (1, 1)


def test_an_account_linked_while_one_waits_is_ones_own(
    committed_db: CommittedDatabase, peer: OidcProvider
) -> None:
    person = User.objects.create_user("grace@example.com")
    EmailAddress.objects.create(user=person, email=person.email, verified=True)
    token, locked = peer.id_token(CLIENT), Event()

    def link_slowly() -> int:
        with transaction.atomic():
            User.objects.locked(person.pk)
            locked.set()
            wait_for_a_lock()
            SocialAccount.objects.create(user=person, provider=peer.url, uid="grace-1")
        return 200

    def sign_in() -> int:
        locked.wait(timeout=10)
        return present(token)

    assert at_once(link_slowly, sign_in) == [200, 200]


def wait_for_a_lock() -> None:
    """Until somebody else stands in front of a row."""
    waiting = "SELECT count(*) FROM pg_locks WHERE NOT granted"
    deadline = time.monotonic() + 10
    with connection.cursor() as cursor:
        while time.monotonic() < deadline:
            cursor.execute(waiting)
            if cursor.fetchone() != (0,):
                return
            time.sleep(0.02)
    raise AssertionError


def test_different_providers_at_once_meet_in_one_person(
    committed_db: CommittedDatabase, peer: OidcProvider
) -> None:
    tokens = [(name, peer.id_token(f"gantry-{name}")) for name in ("oidc", "google")]

    def sign_in(n: int) -> int:
        provider, token = tokens[n]
        body = {"provider": provider, "id_token": token}
        return APIClient().post(TOKEN, body).status_code

    assert times(2, sign_in) == [200, 200]
    assert (User.objects.count(), SocialAccount.objects.count()) == (1, 2)


def test_an_account_linked_by_two_at_once_belongs_to_one(
    committed_db: CommittedDatabase, peer: OidcProvider
) -> None:
    people = [User.objects.create_user(f"{n}@example.com") for n in range(4)]
    for person in people:
        EmailAddress.objects.create(user=person, email=person.email, verified=True)
    identity = Identity(provider_called("oidc"), "1", "", "")

    def link(n: int) -> bool:
        try:
            link_account(actor=by(people[n]), identity=identity)
        except LinkedToAnother:
            return False
        return True

    assert sorted(times(4, link)) == [False, False, False, True]


def test_of_two_last_ways_in_removed_at_once_one_stays(
    committed_db: CommittedDatabase, peer: OidcProvider
) -> None:
    person = User.objects.create_user("grace@example.com")
    accounts = [
        SocialAccount.objects.create(user=person, provider=realm, uid="1")
        for realm in ("google", peer.url)
    ]

    def unlink(n: int) -> bool:
        try:
            unlink_account(actor=by(person), account_id=accounts[n].pk)
        except LastWayIn:
            return False
        return True

    assert sorted(times(2, unlink)) == [False, True]
    assert SocialAccount.objects.filter(user=person).count() == 1
