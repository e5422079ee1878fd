"""Making, rotating and revoking calendar feeds; their tokens are shown once."""

import hashlib
import re
import secrets

from django.conf import settings
from django.db import transaction

from accounts.models import User
from accounts.rights import check_own_account
from calendars.events import CalendarFeedAdded, CalendarFeedRevoked, CalendarFeedRotated
from calendars.models import CalendarFeed
from core.actor import Actor, Scope
from core.context import as_system
from core.errors import Conflict, Forbidden
from core.events import publish
from core.queries import insert
from core.rights import require
from projects.models import Project
from projects.rights import READ_PROJECT
from workspaces.models import Workspace
from workspaces.rights import READ_WORKSPACE

MOST_FEEDS = 50
OCTETS = 32
TOKEN = re.compile(r"[A-Za-z0-9_-]{43}")


class TooManyFeeds(Conflict):
    message = f"A person has at most {MOST_FEEDS} calendar feeds."


class NotByThisToken(Forbidden):
    message = "A feed shows more than the token with which you ask for it."


@transaction.atomic
def add_feed(
    *, actor: Actor, workspace: Workspace | None = None, project: Project | None = None
) -> tuple[CalendarFeed, str]:
    """A new feed, and its address, which is not stored."""
    User.objects.locked(actor.person_id)
    if project is not None:
        require(READ_PROJECT, project, actor)
    elif workspace is not None:
        require(READ_WORKSPACE, workspace, actor)
    _check_credential(actor, is_for_all=workspace is None and project is None)
    if CalendarFeed.objects.filter(owner=actor.person).count() >= MOST_FEEDS:
        raise TooManyFeeds
    token = new_token()
    place = project.workspace_id if project else workspace.pk if workspace else None
    feed = CalendarFeed(
        owner=actor.person, workspace_id=place, project=project, digest=digest_of(token)
    )
    insert(feed)
    publish(CalendarFeedAdded(actor=actor, feed=feed))
    return feed, address_of(token)


@transaction.atomic
def rotate_feed(*, actor: Actor, feed: CalendarFeed) -> tuple[CalendarFeed, str]:
    """Give the feed a new address, at once in place of the former one."""
    feed = _locked(actor, feed)
    _check_credential(actor, is_for_all=feed.workspace_id is None)
    token = new_token()
    feed.digest = digest_of(token)
    feed.save_changes("digest")
    publish(CalendarFeedRotated(actor=actor, feed=feed))
    return feed, address_of(token)


@transaction.atomic
def revoke_feed(*, actor: Actor, feed: CalendarFeed, version: int | None = None) -> None:
    """Delete the feed: its address leads nowhere from now on."""
    feed = _locked(actor, feed)
    feed.check_version(version)
    publish(CalendarFeedRevoked(actor=actor, feed=feed))
    CalendarFeed.objects.filter(pk=feed.pk).delete()


@as_system("calendar feeds of somebody who is gone")
def delete_feeds_of(*, actor: Actor, person: User) -> None:
    CalendarFeed.objects.filter(owner=person).delete()


def new_token() -> str:
    return secrets.token_urlsafe(OCTETS)


def digest_of(token: str) -> str:
    """SHA-256 as hex; 256 random bits need no slow hash."""
    return hashlib.sha256(token.encode()).hexdigest()


def address_of(token: str) -> str:
    return f"{settings.PUBLIC_URL}/calendar/{token}.ics"


def _check_credential(actor: Actor, *, is_for_all: bool) -> None:
    """Refuse who could read more by the feed than with the credential of the request."""
    if is_for_all and actor.is_bound:
        raise NotByThisToken(required="account:all_workspaces", you_have=[])
    if not actor.credential.may_read:
        you_have = sorted(actor.credential.scopes)
        raise NotByThisToken(required=Scope.READ.value, you_have=you_have)


def _locked(actor: Actor, wanted: CalendarFeed) -> CalendarFeed:
    feed: CalendarFeed = CalendarFeed.objects.locked(wanted.pk)
    check_own_account(actor=actor, person=feed.owner)
    return feed
