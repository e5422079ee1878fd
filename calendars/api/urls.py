"""The routes of calendars."""

from django.urls import path

from calendars.api.views import Calendar, CalendarFeeds
from core.api.routes import MANY, Verbs

ONE: Verbs = {"get": "retrieve", "delete": "destroy"}
ROTATE: Verbs = {"post": "rotate"}
one = "api/calendar-feeds/<str:pk>"

urlpatterns = [
    path("api/calendar-feeds", CalendarFeeds.as_view(MANY), name="calendar-feeds"),
    path(one, CalendarFeeds.as_view(ONE), name="calendar-feed"),
    path(f"{one}/rotate", CalendarFeeds.as_view(ROTATE)),
    path("calendar/<str:token>.ics", Calendar.as_view(), name="calendar"),
]
