"""Feeds are audited, and end with their person."""

from accounts.events import PersonDeleted
from accounts.services.references import not_counted
from audit.receivers import audit
from audit.services import details
from audit.services.entries import Audited
from calendars.events import CalendarFeedAdded, CalendarFeedRevoked, CalendarFeedRotated
from calendars.services.feeds import delete_feeds_of
from core.events import subscribe

# A feed is its owner's alone: nothing is lost if their accounts are joined.
not_counted("calendars.calendarfeed.owner")

for _event, _action in (
    (CalendarFeedAdded, "added"),
    (CalendarFeedRotated, "rotated"),
    (CalendarFeedRevoked, "revoked"),
):
    audit(_event, Audited(f"calendar_feed.{_action}", "feed", details.none))


@subscribe(PersonDeleted)
def delete_feeds_of_deleted(event: PersonDeleted) -> None:
    delete_feeds_of(actor=event.actor, person=event.person)
