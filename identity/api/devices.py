"""Where somebody is signed in, and signing out from afar."""

from typing import Any

from allauth.usersessions.models import UserSession
from django.contrib.sessions.models import Session
from django.db.models import QuerySet
from django.db.models.functions import Now
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.models import User
from core.errors import NotFound
from identity.api.bases import WRONG, SessionView, operation, own, refused
from identity.api.documents import DeviceShown
from identity.services.sessions import end_session

UNKNOWN = refused("No device of yours")


def devices_of(person: User) -> QuerySet[Any]:
    """The sessions that are alive."""
    living = Session.objects.filter(expire_date__gt=Now()).values("session_key")
    devices: QuerySet[Any] = UserSession.objects.filter(user=person, session_key__in=living)
    return devices


class Devices(SessionView):
    @operation("devices", {200: DeviceShown(many=True), 401: WRONG})
    def get(self, request: Request) -> Response:
        """The devices signed in, the one last seen first."""
        person, here = own(request)
        devices = list(devices_of(person).order_by("-last_seen_at", "-pk"))
        for device in devices:
            device.is_current = device.session_key == here.session_key
        return Response(DeviceShown(devices, many=True).data)


class Device(SessionView):
    @operation("device_sign_out", {204: None, 401: WRONG, 404: UNKNOWN})
    def delete(self, request: Request, device_id: int) -> Response:
        """Sign a device out: its tokens are dead with its next request."""
        device = devices_of(own(request)[0]).filter(pk=device_id).first()
        if device is None:
            raise NotFound
        end_session(device.session_key)
        return Response(status=status.HTTP_204_NO_CONTENT)
