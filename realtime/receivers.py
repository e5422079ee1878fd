"""What is in the log is passed on to Pusher, if it is set up."""

from django.conf import settings

from activity.events import Logged
from core.events import subscribe
from realtime.services.pusher import pass_on


@subscribe(Logged)
def pass_on_to_pusher(logged: Logged) -> None:
    if settings.PUSHER is not None:
        pass_on(events=logged.events)
