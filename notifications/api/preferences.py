"""What one wants to hear of, and when mail may come: one's own preferences and schedule."""

from typing import Any, ClassVar

from drf_spectacular.utils import extend_schema
from rest_framework import serializers
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.fields import AnyId, Choice, Input, OptionalTime, Visible
from core.api.permissions import Can, IsSignedIn
from core.api.viewsets import ServiceViewSet
from notifications.api.documents import NotificationDocument
from notifications.models import Digest, MailSchedule, NotificationKind
from notifications.services import preferences, schedules
from projects.models import Project
from workspaces.models import Workspace
from workspaces.rights import READ_WORKSPACE

MOST_CHANGES = 200
DAYS = ["MONDAY", "TUESDAY", "WEDNESDAY", "THURSDAY", "FRIDAY", "SATURDAY", "SUNDAY"]
KINDS = [(kind.value, kind.label) for kind in preferences.KINDS]


class OfWorkspace(serializers.Serializer[Any]):
    workspace = AnyId(help_text="The id of the workspace.")


class ShownChannels(serializers.Serializer[Any]):
    """Whether it stands in the inbox, and whether it is mailed."""

    inbox = serializers.BooleanField()
    mail = serializers.BooleanField()


class ShownPreference(serializers.Serializer[Any]):
    """How one hears of a kind: in a workspace, or with `project_id` in one project of it.

    `own` is what one has chosen there, or null; `default` holds without that.
    """

    kind = serializers.ChoiceField(KINDS)
    project_id = serializers.UUIDField(allow_null=True)
    default = ShownChannels()
    own = ShownChannels(allow_null=True)
    effective = ShownChannels()


class ChosenChannels(Input):
    """A channel that is left out stays as it is."""

    inbox = serializers.BooleanField(required=False)
    mail = serializers.BooleanField(required=False)


class ChosenPreference(Input):
    """Channels of a kind; null resets them to the default."""

    kind = Choice(KINDS)
    project_id = Visible(Project, required=False, allow_null=True)
    channels = ChosenChannels(allow_null=True)

    class Meta:
        also: ClassVar = {"project": "project_id"}


class PreferenceChanges(Input):
    """What is not named stays as it is."""

    preferences = serializers.ListField(
        child=ChosenPreference(), allow_empty=False, max_length=MOST_CHANGES
    )


class Preferences(ServiceViewSet):
    """One's own preferences in a workspace."""

    has_dry_run = True
    document = NotificationDocument
    inputs: ClassVar = {"change": PreferenceChanges}
    outputs: ClassVar = {"retrieve": ShownPreference, "change": ShownPreference}
    queries: ClassVar = {"retrieve": OfWorkspace, "change": OfWorkspace}
    action_permissions: ClassVar = dict.fromkeys(("retrieve", "change"), Can(READ_WORKSPACE))

    @extend_schema(responses={200: ShownPreference(many=True)})
    def retrieve(self, request: Request) -> Response:
        """How one hears of each kind in a workspace, and of kinds chosen for single projects."""
        return self._show(self.find(Workspace, self.read_query()["workspace"]))

    @extend_schema(responses={200: ShownPreference(many=True)})
    def change(self, request: Request) -> Response:
        """Choose or reset the channels of kinds, in the workspace or in projects of it."""
        workspace = self.find(Workspace, self.read_query()["workspace"])
        changes = [_change(each) for each in self.read_input()["preferences"]]
        preferences.change_preferences(actor=self.actor, workspace=workspace, changes=changes)
        return self._show(workspace)

    def _show(self, workspace: Workspace) -> Response:
        found = preferences.choices_of(actor=self.actor, workspace=workspace)
        return Response(
            [
                {
                    "kind": each.kind,
                    "project_id": each.project_id,
                    "default": each.default._asdict(),
                    "own": each.own._asdict() if each.own else None,
                    "effective": each.effective._asdict(),
                }
                for each in found
            ]
        )


def _change(values: dict[str, Any]) -> preferences.Change:
    channels = values["channels"]
    return preferences.Change(
        kind=NotificationKind(values["kind"]),
        project=values.get("project_id"),
        inbox=(channels or {}).get("inbox"),
        mail=(channels or {}).get("mail"),
        is_reset=channels is None,
    )


class ShownSchedule(serializers.Serializer[Any]):
    """When mail may come, by the clock of `time_zone`, which is that of one's profile.

    In quiet hours, which may go past midnight, all but assignments waits. With a digest, all but
    assignments and reminders comes in one mail for each workspace, at `digest_at`, of a weekly
    one on `digest_weekday`.
    """

    quiet_from = serializers.TimeField(allow_null=True)
    quiet_until = serializers.TimeField(allow_null=True)
    digest = serializers.ChoiceField(Digest.choices)
    digest_at = serializers.TimeField()
    digest_weekday = serializers.ChoiceField(DAYS)
    time_zone = serializers.CharField()


class ScheduleChanges(Input):
    """What is left out stays as it is; null restores the default."""

    quiet_from = OptionalTime()
    quiet_until = OptionalTime()
    digest = Choice(Digest, required=False, allow_null=True)
    digest_at = OptionalTime()
    digest_weekday = Choice(DAYS, required=False, allow_null=True)


class Schedule(ServiceViewSet):
    """One's own schedule of mails."""

    has_dry_run = True
    document = NotificationDocument
    inputs: ClassVar = {"change": ScheduleChanges}
    outputs: ClassVar = {"retrieve": ShownSchedule, "change": ShownSchedule}
    action_permissions: ClassVar = dict.fromkeys(("retrieve", "change"), IsSignedIn())

    @extend_schema(responses={200: ShownSchedule})
    def retrieve(self, request: Request) -> Response:
        """When mail may come to oneself."""
        return self._show(schedules.schedule_of(self.actor.person))

    @extend_schema(responses={200: ShownSchedule})
    def change(self, request: Request) -> Response:
        """Change quiet hours and the digest; mails that are planned already go as planned."""
        changes = self.read_input()
        if (day := changes.get("digest_weekday")) is not None:
            changes["digest_weekday"] = DAYS.index(day)
        return self._show(schedules.change_schedule(actor=self.actor, changes=changes))

    def _show(self, schedule: MailSchedule) -> Response:
        return Response(
            {
                "quiet_from": schedule.quiet_from,
                "quiet_until": schedule.quiet_until,
                "digest": schedule.digest,
                "digest_at": schedule.digest_at,
                "digest_weekday": DAYS[schedule.digest_weekday],
                "time_zone": self.actor.person.time_zone,
            }
        )
