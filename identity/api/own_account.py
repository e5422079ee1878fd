"""What only the person themselves may do with their account: end it."""

from typing import TYPE_CHECKING, cast

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.fields import Password
from accounts.api.views import Myself
from accounts.services.deletion import delete_person
from core.api.actors import actor_of
from core.api.fields import Input, read_body
from core.api.schema import FAILURE
from core.limits import neighbourhood
from identity.services.confirmation import confirm

if TYPE_CHECKING:
    from accounts.models import User

UNCONFIRMED = OpenApiResponse(FAILURE.ref, "Neither the password nor a recent sign-in")
NEEDED = OpenApiResponse(FAILURE.ref, "Workspaces depend on the person; `workspaces` names them")
OFTEN = OpenApiResponse(FAILURE.ref, "Tried too often")


class Farewell(Input):
    """Nothing else is needed within minutes of a sign-in."""

    password = Password(required=False)


class OwnAccount(Myself):
    @extend_schema(
        operation_id="auth_me_delete",
        request=Farewell,
        responses={204: None, 403: UNCONFIRMED, 409: NEEDED, 429: OFTEN},
    )
    def delete(self, request: Request) -> Response:
        """Delete the account for good.

        Needs `{"password": …}` in the body or a sign-in of the last minutes. Tasks are
        unassigned, comments stay as those of a deleted user, workspaces nobody else belongs to go.
        """
        password = read_body(Farewell, request).get("password")
        person = cast("User", request.user)
        confirm(actor_of(request), password, origin=neighbourhood(request))
        delete_person(actor=actor_of(request), person=person)
        return Response(status=status.HTTP_204_NO_CONTENT)
