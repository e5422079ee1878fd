"""How long sessions and devices are kept."""

from datetime import timedelta

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.contrib.sessions.models import Session
from django.db import transaction
from django.db.models import OuterRef, Subquery
from django.db.models.functions import Now
from django.db.models.lookups import IsNull

from core.retention import delete_batch, lock_batch, retained
from identity.models import KnownDevice

DEVICES_KEPT_FOR = timedelta(days=365)


@retained("expired sessions, with their refresh tokens and devices", timedelta(0))
@transaction.atomic
def remove_expired_sessions(at_most: int) -> int:
    """The foreign key deletes the refresh tokens of the sessions."""
    expired = Session.objects.filter(expire_date__lt=Now()).order_by("expire_date")
    keys = list(lock_batch(expired, at_most).values_list("pk", flat=True))
    if keys:
        Session.objects.filter(pk__in=keys).delete()
        UserSession.objects.filter(session_key__in=keys).delete()
    return len(keys)


@retained("devices whose session is gone", settings.AUTH_SESSION_ABSOLUTE_LIFETIME)
def remove_orphaned_devices(at_most: int) -> int:
    """Only those older than the longest session, as younger ones mostly have one."""
    old = UserSession.objects.filter(created_at__lt=Now() - settings.AUTH_SESSION_ABSOLUTE_LIFETIME)
    # Looked up by index for each row; `~Exists` becomes a join, which reads every session.
    session = Subquery(Session.objects.filter(pk=OuterRef("session_key")).values("pk")[:1])
    return delete_batch(old.filter(IsNull(session, rhs=True)).order_by("created_at"), at_most)


@retained("devices known from earlier sign-ins", DEVICES_KEPT_FOR)
def remove_known_devices(at_most: int) -> int:
    unseen = KnownDevice.objects.filter(seen_at__lt=Now() - DEVICES_KEPT_FOR)
    return delete_batch(unseen.order_by("seen_at"), at_most)
