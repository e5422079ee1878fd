"""The routes of the inbox, of reminders, of preferences and of the links in mails."""

from django.urls import path

from core.api.routes import LIST, Verbs
from notifications.api.preferences import Preferences, Schedule
from notifications.api.reminders import OwnReminders, TaskReminders
from notifications.api.unsubscribing import Unsubscribing
from notifications.api.views import Notifications, TaskMuting

CHOICE: Verbs = {"get": "retrieve", "put": "choose"}
OWN: Verbs = {"get": "retrieve", "patch": "change"}

urlpatterns = [
    path("api/notifications", Notifications.as_view(LIST), name="notifications"),
    path("api/notifications/count", Notifications.as_view({"get": "count"})),
    path("api/notifications/read", Notifications.as_view({"post": "read"})),
    path("api/notifications/unread", Notifications.as_view({"post": "unread"})),
    path("api/notifications/preferences", Preferences.as_view(OWN), name="preferences"),
    path("api/notifications/schedule", Schedule.as_view(OWN), name="mail-schedule"),
    path("api/notifications/unsubscribe/<str:token>", Unsubscribing.as_view(), name="unsubscribe"),
    path("api/notifications/<str:pk>", Notifications.as_view({"patch": "change"})),
    path(
        "api/tasks/<str:pk>/mute",
        TaskMuting.as_view({"get": "is_muted", "put": "mute", "delete": "unmute"}),
    ),
    path("api/tasks/<str:pk>/reminders", TaskReminders.as_view({"get": "reminders"})),
    path("api/workspaces/<str:pk>/reminders", OwnReminders.as_view(CHOICE)),
]
