"""Handing a workspace to another owner."""

from typing import Any

import pytest
from django.utils import timezone

from accounts.services.deletion import delete_person
from accounts.services.people import change_access
from tests.notifications.mailing import send_all
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.databases import CommittedDatabase
from tests.support.documents import workspace_document
from tests.support.log import log_of
from tests.support.sink import Sink
from tests.support.threads import at_once, succeeds
from workspaces.models import Membership, Workspace, role_in_workspace
from workspaces.services.ownership import accept_ownership, offer_ownership, withdraw_offer
from workspaces.services.workspaces import add_member


def path_of(cast: Cast) -> str:
    return f"/api/workspaces/{cast.workspace.pk}/owner"


def offer(cast: Cast, to: str = "max") -> Any:
    body = {"userId": str(getattr(cast, to).pk)}
    return client_of(cast.ada).ask("PUT", path_of(cast), body)


def answer(cast: Cast, who: str, verb: str, status: int = 200) -> Any:
    path = f"{path_of(cast)}/{verb}"
    return client_of(getattr(cast, who)).ask("POST", path, status=status)


def owner_of(cast: Cast) -> Any:
    cast.workspace.refresh_from_db()
    return cast.workspace.owner


def pending(cast: Cast, new: str | None, old: str | None = None) -> dict[str, Any]:
    ids = [str(getattr(cast, who).pk) if who else None for who in (old, new)]
    return {"pending_owner": {"old": ids[0], "new": ids[1]}}


def test_ownership_is_offered_not_imposed(cast: Cast) -> None:
    answer = offer(cast)

    assert owner_of(cast) == cast.ada
    assert answer == {
        "success": True,
        "data": workspace_document(cast.workspace, cast.ada),
        "message": "Ownership offered; pending until it is accepted",
    }
    assert answer["data"]["pending_owner_id"] == str(cast.max.pk)
    assert log_of(cast.workspace)[-1] == ("ownership_offered", cast.ada.pk, pending(cast, "max"))
    assert role_in_workspace.first(actor=cast.max, workspace=cast.workspace.pk) == "MEMBER"


def test_who_accepts_owns_the_workspace_as_admin(cast: Cast) -> None:
    offer(cast)

    shown = answer(cast, "max", "accept")

    assert owner_of(cast) == cast.max
    assert shown["data"] == workspace_document(cast.workspace, cast.max)
    assert (shown["message"], shown["data"]["pending_owner_id"]) == (
        "Owner changed successfully",
        None,
    )
    change = {"owner": {"old": str(cast.ada.pk), "new": str(cast.max.pk)}}
    assert log_of(cast.workspace)[-1] == ("owner_changed", cast.max.pk, change)
    place = Membership.objects.get(workspace=cast.workspace, user=cast.max)
    raised = {"role": {"old": "MEMBER", "new": "ADMIN"}}
    assert log_of(place)[-1] == ("role_changed", cast.max.pk, raised)
    assert role_in_workspace.first(actor=cast.ada, workspace=cast.workspace.pk) == "ADMIN"
    assert answer(cast, "max", "accept", 409)["code"] == "not_offered"


@pytest.mark.parametrize("verb", ["accept", "decline"])
@pytest.mark.parametrize("who", ["ada", "pia", "gus"])
def test_an_offer_is_answered_by_whom_it_was_made_to(cast: Cast, who: str, verb: str) -> None:
    offer(cast)
    assert answer(cast, who, verb, 409)["code"] == "not_offered"
    assert (owner_of(cast), cast.workspace.offered_to) == (cast.ada, cast.max)


def test_an_offer_is_declined(cast: Cast) -> None:
    offer(cast)
    answer(cast, "max", "decline")
    told = ("ownership_declined", cast.max.pk, pending(cast, None, "max"))
    assert log_of(cast.workspace)[-1] == told
    assert (owner_of(cast), cast.workspace.offered_to) == (cast.ada, None)
    assert answer(cast, "max", "accept", 409)["code"] == "not_offered"


def test_an_offer_is_withdrawn_by_the_owner_only(cast: Cast) -> None:
    offer(cast)
    client_of(cast.max).ask("DELETE", path_of(cast), status=403)
    for _ in range(2):
        client_of(cast.ada).ask("DELETE", path_of(cast))
    told = [entry[0] for entry in log_of(cast.workspace)]
    assert told.count("ownership_withdrawn") == 1
    assert answer(cast, "max", "accept", 409)["code"] == "not_offered"


def test_an_offer_expires(cast: Cast) -> None:
    offer(cast)
    Workspace.objects.filter(pk=cast.workspace.pk).update(offer_expires_at=timezone.now())
    shown = client_of(cast.ada).ask("GET", f"/api/workspaces/{cast.workspace.pk}")["data"]
    assert (shown["pending_owner_id"], shown["pending_owner_until"]) == (None, None)
    assert answer(cast, "max", "accept", 409)["code"] == "not_offered"
    assert offer(cast)["data"]["pending_owner_id"] == str(cast.max.pk)


def test_a_new_offer_replaces_the_one_before(cast: Cast) -> None:
    offer(cast)
    offer(cast, "pia")
    told = ("ownership_offered", cast.ada.pk, pending(cast, "pia", "max"))
    assert log_of(cast.workspace)[-1] == told
    answer(cast, "max", "accept", 409)
    answer(cast, "pia", "accept")
    assert owner_of(cast) == cast.pia


def test_whom_it_was_offered_to_leaves(cast: Cast) -> None:
    offer(cast)
    path = f"/api/workspaces/{cast.workspace.pk}/members/me"
    client_of(cast.max).ask("DELETE", path, status=204)
    add_member(actor=by(cast.ada), workspace=cast.workspace, email=cast.max.email)
    assert answer(cast, "max", "accept", 409)["code"] == "not_offered"


def test_an_offer_ends_with_its_owner(cast: Cast) -> None:
    """Succession asks nobody: whoever could offer the workspace again is gone."""
    Membership.objects.filter(user=cast.pia).update(role="ADMIN")
    offer(cast)
    delete_person(actor=by(None), person=cast.ada, is_final=True)
    assert owner_of(cast) == cast.pia
    assert answer(cast, "max", "accept", 409)["code"] == "not_offered"


def test_an_offer_of_somebody_who_cannot_sign_in_counts_for_nothing(cast: Cast) -> None:
    offer(cast)
    change_access(actor=by(None), person=cast.ada, is_active=False)
    assert answer(cast, "max", "accept", 409)["code"] == "not_offered"


def test_an_offer_is_mailed_once(cast: Cast, sink: Sink) -> None:
    for _ in range(2):
        offer(cast)
    send_all()
    [mail] = sink.mails
    assert mail["To"] == "max@example.com"
    assert mail["Subject"] == "Ada offers you the ownership of Analytical Engines"
    assert f"http://localhost:3000/workspace/{cast.workspace.pk}" in str(mail)


def test_the_mail_of_a_withdrawn_offer_is_not_sent(cast: Cast, sink: Sink) -> None:
    offer(cast)
    client_of(cast.ada).ask("DELETE", path_of(cast))
    [skipped] = send_all()
    assert (skipped.reason, sink.mails) == ("the offer has ended", [])


def test_transfer_ownership_to_oneself_changes_nothing(cast: Cast, unchanged: None) -> None:
    client_of(cast.ada).ask("PUT", path_of(cast), {"user_id": str(cast.ada.pk)})


def test_transfer_ownership_is_for_the_owner_only(cast: Cast, unchanged: None) -> None:
    Membership.objects.filter(user=cast.pia).update(role="ADMIN")
    body = {"user_id": str(cast.pia.pk)}
    refusal = client_of(cast.pia).ask("PUT", path_of(cast), body, status=403)
    assert (refusal["required"], refusal["you_have"]) == ("workspace:owner", ["workspace:ADMIN"])
    Membership.objects.filter(user=cast.pia).update(role="PM")


@pytest.mark.parametrize(
    ("body", "code"),
    [
        ({}, "invalid"),
        ({"user_id": None}, "invalid"),
        ({"user_id": 5}, "invalid"),
        ({"user_id": "{sam}"}, "invalid"),
        ({"user_id": "01890000-0000-7000-8000-000000000000"}, "invalid"),
    ],
)
def test_transfer_ownership_refuses(
    cast: Cast, unchanged: None, body: dict[str, Any], code: str
) -> None:
    if body.get("user_id") == "{sam}":
        body = {"user_id": str(cast.sam.pk)}
    refusal = client_of(cast.ada).ask("PUT", path_of(cast), body, status=400)
    assert (refusal["code"], [*refusal["errors"]]) == (code, ["user_id"])


def test_transfer_ownership_needs_a_member(cast: Cast) -> None:
    add_member(actor=by(cast.sam), workspace=cast.elsewhere, email=cast.ada.email)
    body = {"user_id": str(cast.sam.pk)}
    refusal = client_of(cast.ada).ask("PUT", path_of(cast), body, status=400)
    assert refusal["code"] == "not_in_workspace"


def test_transfer_ownership_needs_somebody_who_can_sign_in(cast: Cast) -> None:
    cast.pia.is_active = False
    cast.pia.save()
    body = {"user_id": str(cast.pia.pk)}
    refusal = client_of(cast.ada).ask("PUT", path_of(cast), body, status=400)
    assert refusal["code"] == "not_in_workspace"


def test_nobody_becomes_owner_who_is_being_deleted(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    offer_ownership(actor=by(cast.ada), workspace=cast.workspace, person=cast.max)

    accepted, left = at_once(
        lambda: succeeds(accept_ownership, actor=by(cast.max), workspace=cast.workspace),
        lambda: succeeds(delete_person, actor=by(cast.max), person=cast.max),
    )

    assert accepted is not left
    assert owner_of(cast) == (cast.max if accepted else cast.ada)


@pytest.mark.parametrize("rival", ["withdraw", "replace", "accept", "succession"])
def test_an_offer_has_one_outcome(committed_db: CommittedDatabase, rival: str, cast: Cast) -> None:
    facts: dict[str, Any] = {"workspace": cast.workspace}
    Membership.objects.filter(user=cast.pia).update(role="ADMIN")
    offer_ownership(actor=by(cast.ada), person=cast.max, **facts)
    rivals: dict[str, Any] = {
        "withdraw": lambda: succeeds(withdraw_offer, actor=by(cast.ada), **facts),
        "replace": lambda: succeeds(offer_ownership, actor=by(cast.ada), person=cast.pia, **facts),
        "accept": lambda: succeeds(accept_ownership, actor=by(cast.max), **facts),
        "succession": lambda: succeeds(
            delete_person, actor=by(None), person=cast.ada, is_final=True
        ),
    }

    accepted, other = at_once(
        lambda: succeeds(accept_ownership, actor=by(cast.max), **facts), rivals[rival]
    )

    is_max = owner_of(cast) == cast.max
    assert cast.workspace.offered_to in {None, cast.pia}
    assert is_max is (accepted or (rival == "accept" and other))
    assert log_of(cast.workspace).count(log_of(cast.workspace)[-1]) == 1
    assert role_in_workspace.first(actor=owner_of(cast), workspace=cast.workspace.pk) == "ADMIN"
