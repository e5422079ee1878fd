"""Invitations in inboxes: of those who have proved that the address is theirs."""

import orjson
from django.db import connection
from django.db.models.functions import Now

from core.actor import Actor
from core.context import as_system
from core.models import uuid7
from notifications.models import Notification, NotificationKind
from workspaces.models import Invitation

# One statement, whether or not anybody has an account with the address: who invites must not
# find out. Nobody has a preference for it, because it belongs to no workspace.
TELL = """
    INSERT INTO notifications_notification
        (id, created_at, recipient_id, kind, key, facts, actor_id, in_inbox)
    SELECT %s, statement_timestamp(), person.id, %s, %s, %s, %s, true
    FROM account_emailaddress AS address
    JOIN accounts_user AS person ON person.id = address.user_id AND person.is_active
    WHERE address.email = %s AND address.verified AND person.id IS DISTINCT FROM %s::uuid
    ON CONFLICT DO NOTHING
"""


def tell_invited(*, actor: Actor, invitation: Invitation) -> None:
    """Tell the person whom a new link was sent to, if they have proved the address."""
    by = actor.person_id
    facts = {
        "invitation": str(invitation.pk),
        "name": invitation.workspace.name,
        "role": str(invitation.role),
    }
    key = f"{_key(invitation)}{invitation.version}"
    told = (uuid7(), NotificationKind.INVITED.value, key, orjson.dumps(facts).decode(), by)
    with connection.cursor() as cursor:
        cursor.execute(TELL, (*told, invitation.email, by))


@as_system("an invitation in an inbox")
def read_invitation(*, invitation: Invitation) -> None:
    """Mark as read what invited to a workspace, because nobody can accept it any more."""
    rows = Notification.objects.filter(key__startswith=_key(invitation), workspace=None)
    rows.filter(read_at=None).update(read_at=Now(), snoozed_until=None, seq=None)


def _key(invitation: Invitation) -> str:
    """The beginning of the key, which ends with the version of the invitation."""
    return f"{NotificationKind.INVITED}:{invitation.pk}:"
