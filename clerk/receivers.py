"""What happens to what Clerk has told us when something happens to people here."""

from django.db.models import Q

from accounts.events import PersonDeleted
from accounts.services.references import not_counted
from clerk.models import AccountMatch
from clerk.services.organizations import keep_removed
from core.events import subscribe
from workspaces.events import MemberRemoved


@subscribe(MemberRemoved)
def keep_who_was_removed(event: MemberRemoved) -> None:
    """Only for somebody's own decision: what the provider tells carries the provider's time."""
    if not event.actor.is_system:
        keep_removed(workspace=event.workspace, person=event.person)


@subscribe(PersonDeleted)
def delete_matches(event: PersonDeleted) -> None:
    """There is nothing left to be joined."""
    both = Q(newcomer=event.person) | Q(holder=event.person)
    AccountMatch.objects.filter(both).delete()


not_counted("clerk.accountmatch.newcomer")
