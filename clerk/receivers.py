"""Reactions to events about people and memberships."""

from django.db.models import Q

from accounts.events import PersonDeleted
from accounts.services.references import not_counted
from clerk.models import AccountMatch
from clerk.services.organizations import keep_removed
from core.events import subscribe
from workspaces.events import MemberRemoved


@subscribe(MemberRemoved)
def keep_who_was_removed(event: MemberRemoved) -> None:
    """Not if the provider's message caused it: that has recorded the provider's time already."""
    if not event.actor.is_system:
        keep_removed(workspace=event.workspace, person=event.person)


@subscribe(PersonDeleted)
def delete_matches(event: PersonDeleted) -> None:
    """Delete the account matches of a deleted person."""
    both = Q(newcomer=event.person) | Q(holder=event.person)
    AccountMatch.objects.filter(both).delete()


not_counted("clerk.accountmatch.newcomer")
