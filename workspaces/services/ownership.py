"""Offering the ownership of a workspace to a member, who has to accept it."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from accounts.models import User
from core.actor import Actor
from core.errors import Conflict
from core.events import Changes, publish
from core.models import as_event_value
from outbox.mail import EMAIL
from outbox.services import enqueue
from workspaces.events import OwnershipDeclined, OwnershipOffered, OwnershipWithdrawn
from workspaces.models import Workspace
from workspaces.rights import acts_as_owner, require_ownership
from workspaces.services.members import locked_candidate, make_owner, membership_of_candidate

MAIL = "ownership_offered"
LIFETIME = timedelta(days=7)


class NotOffered(Conflict):
    message = "The ownership of this workspace is not offered to you, or not any more."


@transaction.atomic
def offer_ownership(*, actor: Actor, workspace: Workspace, person: User) -> Workspace:
    """Offer the ownership to another member; a new offer replaces the one before.

    Offering it again to the same person, or to the owner, changes nothing.
    """
    # Locked before the workspace, so that it is not offered to somebody being deleted.
    locked_candidate(person)
    workspace = Workspace.objects.locked(workspace.pk, alive=True)
    require_ownership(workspace, actor)
    place = membership_of_candidate(workspace, person)
    if person.pk in (workspace.owner_id, _candidate_of(workspace)):
        return workspace
    before, workspace.offered_to = workspace.offered_to, place.user
    workspace.offered_by, workspace.offer_expires_at = actor.person, timezone.now() + LIFETIME
    _save(workspace)
    publish(
        OwnershipOffered(
            actor=actor, workspace=workspace, changes=_changes(before, workspace.offered_to)
        )
    )
    _enqueue_mail(workspace, actor)
    return workspace


@transaction.atomic
def accept_ownership(*, actor: Actor, workspace: Workspace) -> Workspace:
    """Become owner and ADMIN; NotOffered if who offered it could no longer do so now."""
    locked_candidate(actor.person)
    workspace = _locked_offer(workspace, actor)
    offerer = workspace.offered_by
    if (
        offerer is None
        or not offerer.is_active
        or not acts_as_owner(workspace, Actor(user=offerer))
    ):
        raise NotOffered
    place = membership_of_candidate(workspace, actor.person)
    _clear(workspace)
    return make_owner(workspace, place, actor=actor)


@transaction.atomic
def decline_ownership(*, actor: Actor, workspace: Workspace) -> Workspace:
    """Decline the offer; the owner may make another one."""
    workspace = _locked_offer(workspace, actor)
    changes = _clear(workspace)
    publish(OwnershipDeclined(actor=actor, workspace=workspace, changes=changes))
    return workspace


@transaction.atomic
def withdraw_offer(*, actor: Actor, workspace: Workspace) -> Workspace:
    """Withdraw the offer; without one nothing changes."""
    workspace = Workspace.objects.locked(workspace.pk, alive=True)
    require_ownership(workspace, actor)
    end_offer(actor=actor, workspace=workspace)
    return workspace


def end_offer(*, actor: Actor, workspace: Workspace, person: User | None = None) -> None:
    """End the offer, if it is to `person` or that is None. The caller has locked the workspace."""
    candidate = workspace.offered_to_id
    if candidate is not None and (person is None or person.pk == candidate):
        changes = _clear(workspace)
        publish(OwnershipWithdrawn(actor=actor, workspace=workspace, changes=changes))


def is_offered_to(workspace: Workspace, person: User) -> bool:
    return _candidate_of(workspace) == person.pk


def _locked_offer(workspace: Workspace, actor: Actor) -> Workspace:
    workspace = Workspace.objects.locked(workspace.pk, alive=True)
    if not is_offered_to(workspace, actor.person):
        raise NotOffered
    return workspace


def _candidate_of(workspace: Workspace) -> object:
    """The id of the member who can accept now; None without an offer, or if it has expired."""
    expires_at = workspace.offer_expires_at
    is_open = expires_at is not None and expires_at > timezone.now()
    return workspace.offered_to_id if is_open else None


def _clear(workspace: Workspace) -> Changes:
    changes = _changes(workspace.offered_to, None)
    workspace.offered_to = workspace.offered_by = workspace.offer_expires_at = None
    _save(workspace)
    return changes


def _save(workspace: Workspace) -> None:
    workspace.save_changes("offered_to", "offered_by", "offer_expires_at")


def _changes(before: User | None, after: User | None) -> Changes:
    return {"pending_owner": {"old": as_event_value(before), "new": as_event_value(after)}}


def _enqueue_mail(workspace: Workspace, actor: Actor) -> None:
    candidate = workspace.offered_to_id
    if candidate is None or candidate == actor.person_id:
        return
    enqueue(
        channel=EMAIL,
        kind=MAIL,
        recipient_id=candidate,
        dedupe_key=f"ownership.offered:{workspace.pk}:{workspace.version}:{candidate}",
        payload={"workspace": str(workspace.pk), "actor": str(actor.person_id)},
        workspace_id=workspace.pk,
    )
