"""A person of Clerk's whose address turns out to be that of somebody here."""

from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator

from accounts.models import User
from clerk.models import AccountMatch
from identity.services.personal_tokens import create_token
from tests.support.actors import by
from tests.support.cast import Client, client_of, person
from tests.support.clerk_messages import NOW, ORG, grace, tell
from tests.support.clerk_peer import Peer, token
from tests.support.databases import CommittedDatabase
from tests.support.log import log_of
from tests.support.sign_in import bearing
from tests.support.signing import access_token_for
from tests.support.threads import at_once, times
from workspaces.models import Membership, Workspace

EMAIL = "grace@example.com"
VERIFIED: dict[str, Any] = {"email": EMAIL, "email_verified": True}
ORGANIZATION: dict[str, Any] = {"o": {"id": "org_1", "rol": "admin", "slg": "engines"}}


def local(*, proved: bool = True) -> User:
    """Grace, with a password of her own."""
    holder = person("grace")
    EmailAddress.objects.create(user=holder, email=EMAIL, verified=proved, primary=True)
    return holder


def by_token(**claims: Any) -> Client:
    client = Client()
    text = token(sub="user_grace", **ORGANIZATION, **claims)
    client.credentials(HTTP_AUTHORIZATION=f"Bearer {text}")
    return client


def first_seen(**claims: Any) -> User:
    """Grace as Clerk's token shows her without an address, in an organisation of hers."""
    shown = by_token(**claims).ask("GET", "/api/auth/me")["data"]
    assert shown["email"] == "user_grace@users.clerk.invalid"
    newcomer: User = User.objects.get(external_id="user_grace")
    return newcomer


def told(**more: Any) -> None:
    tell("user.updated", grace(at=NOW + 1, **more), msg="msg_told")


def seen_again() -> None:
    by_token(**VERIFIED).ask("GET", "/api/auth/me")


WAYS = {"webhook": told, "token": seen_again}


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_who_has_written_nothing_is_joined(provider: Peer, way: Any) -> None:
    holder = local()
    newcomer = first_seen()
    tell("organization.created", {**ORG, "created_by": "user_grace"})

    way()

    holder.refresh_from_db()
    assert (holder.external_id, holder.has_usable_password()) == ("user_grace", True)
    assert not User.objects.filter(pk=newcomer.pk).exists()
    place = Membership.objects.get()
    assert (place.user, place.role, place.workspace.owner) == (holder, "ADMIN", holder)
    assert [entry[0] for entry in log_of(holder)][:2] == ["joined", "linked"]
    shown = by_token().ask("GET", "/api/workspaces")["data"]
    assert [item["id"] for item in shown] == ["org_1"]
    own = client_of(holder).ask("GET", "/api/workspaces")["data"]
    assert own[0]["owner_id"] == "user_grace"


def test_the_first_request_with_an_address_is_answered_as_the_person_joined(
    provider: Peer,
) -> None:
    holder = local()
    first_seen()
    shown = by_token(**VERIFIED).ask("GET", "/api/workspaces")["data"]
    assert [item["id"] for item in shown] == ["org_1"]
    me = by_token(**VERIFIED).ask("GET", "/api/auth/me")["data"]
    assert (me["id"], me["email"], me["name"]) == ("user_grace", EMAIL, holder.name)


def test_an_address_nobody_has_is_taken_over(provider: Peer) -> None:
    newcomer = first_seen()
    seen_again()
    newcomer.refresh_from_db()
    assert (newcomer.email, newcomer.external_id) == (EMAIL, "user_grace")


@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_whoever_squatted_the_address_is_out(provider: Peer, way: Any) -> None:
    holder = local(proved=False)
    session = access_token_for(holder)
    _, personal = create_token(actor=by(holder), name="Back door", scopes=["read"])
    Authenticator.objects.create(user=holder, type="totp", data={})
    first_seen()

    way()

    holder.refresh_from_db()
    assert (holder.external_id, holder.has_usable_password()) == ("user_grace", False)
    assert {bearing(key).get("/api/auth/me").status_code for key in (session, personal)} == {401}
    assert not Authenticator.objects.exists()
    assert EmailAddress.objects.get(user=holder).verified


@pytest.mark.parametrize("status", ["unverified", None])
def test_an_address_that_is_not_verified_joins_nobody(provider: Peer, status: Any) -> None:
    holder = local()
    first_seen()
    unproved = {"id": "idn_1", "email_address": EMAIL, "verification": {"status": status}}
    told(email_addresses=[unproved])
    by_token(email=EMAIL, email_verified=False).ask("GET", "/api/auth/me")
    holder.refresh_from_db()
    assert (holder.external_id, User.objects.count()) == (None, 2)
    assert not AccountMatch.objects.exists()


def write_project(client: Client) -> None:
    client.ask("POST", "/api/projects", {"name": "Loom", "workspaceId": "org_1"}, status=201)


def write_workspace(client: Client) -> None:
    client.ask("POST", "/api/workspaces", {"name": "Mine"}, status=201)


def write_name(client: Client) -> None:
    """An edit leaves no foreign key; the log knows."""
    client.ask("PATCH", "/api/workspaces/org_1", {"name": "Looms"})


@pytest.mark.parametrize("write", [write_project, write_workspace, write_name])
@pytest.mark.parametrize("way", WAYS.values(), ids=WAYS.keys())
def test_about_who_has_written_staff_are_asked(provider: Peer, way: Any, write: Any) -> None:
    holder = local()
    newcomer = first_seen()
    write(by_token())

    for _ in range(2):
        way() if way is seen_again else told()

    holder.refresh_from_db()
    newcomer.refresh_from_db()
    assert (holder.external_id, newcomer.external_id) == (None, "user_grace")
    match = AccountMatch.objects.get()
    assert (match.newcomer, match.holder, match.state) == (newcomer, holder, "OPEN")


@pytest.mark.parametrize("field", ["is_staff", "is_superuser", "inactive"])
@pytest.mark.parametrize("seen", ["before", "first"])
def test_staff_and_closed_accounts_are_never_joined_unasked(
    provider: Peer, field: str, seen: str
) -> None:
    """Neither when the address comes late, nor when it comes with the first token."""
    holder = local()
    changed = {"is_active": False} if field == "inactive" else {field: True}
    User.objects.filter(pk=holder.pk).update(**changed)
    if seen == "before":
        first_seen()
    seen_again()
    holder.refresh_from_db()
    assert (holder.external_id, AccountMatch.objects.get().holder) == (None, holder)


def test_a_second_address_of_staff_is_not_taken_over(provider: Peer) -> None:
    holder = local()
    User.objects.filter(pk=holder.pk).update(is_staff=True, email="admin@example.com")
    assert first_seen(**VERIFIED).email == "user_grace@users.clerk.invalid"
    assert AccountMatch.objects.get().holder == holder


def test_who_belongs_to_another_person_of_clerk_is_not_asked_about(provider: Peer) -> None:
    holder = local()
    User.objects.filter(pk=holder.pk).update(external_id="user_other")
    newcomer = first_seen()
    seen_again()
    assert User.objects.get(external_id="user_grace") == newcomer
    assert not AccountMatch.objects.exists()


def test_what_both_have_stays_once(provider: Peer) -> None:
    """The provider says who is ADMIN; nobody has two places in one workspace."""
    holder = local()
    first_seen()
    workspace = Workspace.objects.get()
    Membership.objects.create(workspace=workspace, user=holder, role="GUEST")
    told()
    place = Membership.objects.get()
    assert (place.user, place.role) == (holder, "ADMIN")


def test_requests_and_news_join_once(committed_db: CommittedDatabase, clerk_on: Peer) -> None:
    holder = local()
    first_seen()
    clients = [by_token(**VERIFIED) for _ in range(4)]

    answers = at_once(
        *[lambda one=one: one.get("/api/workspaces").status_code for one in clients],
        post_status,
    )

    assert set(answers) <= {200, 401}
    assert User.objects.get() == holder
    assert Membership.objects.get().user == holder
    assert times(2, lambda _: by_token(**VERIFIED).get("/api/auth/me").status_code) == [200] * 2


def post_status() -> int:
    told()
    return 200


def test_who_writes_while_being_joined_loses_nothing(
    committed_db: CommittedDatabase, clerk_on: Peer
) -> None:
    holder = local()
    newcomer = first_seen()
    writer, again = by_token(), by_token(**VERIFIED)
    body = {"name": "Loom", "workspaceId": "org_1"}

    written, seen = at_once(
        lambda: writer.post("/api/projects", body, format="json").status_code,
        lambda: again.get("/api/auth/me").status_code,
    )

    assert written in {201, 401, 403, 404}
    assert seen == 200
    holder.refresh_from_db()
    if written == 201 and holder.external_id is None:
        # A request that met the other in mid-work leaves the question to their next one.
        assert again.get("/api/auth/me").status_code == 200
        assert AccountMatch.objects.get().newcomer == newcomer
    assert User.objects.filter(external_id="user_grace").count() == 1
    projects = [p.created_by_id for p in Workspace.objects.get().projects.all()]
    assert len(projects) == (1 if written == 201 else 0)
