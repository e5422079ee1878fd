"""What only the person themselves may do with their account: end it."""

from typing import TYPE_CHECKING, cast

from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from accounts.api.fields import Password
from accounts.api.views import Myself
from accounts.services.deletion import delete_person
from core.api.actors import actor_of
from core.api.fields import Input, read_body
from identity.api.bases import confirm, operation, refused

if TYPE_CHECKING:
    from accounts.models import User

UNCONFIRMED = refused("Neither the password nor a recent sign-in")
NEEDED = refused("Workspaces depend on the person; `workspaces` names them")
OFTEN = refused("Tried too often")


class AccountDeletion(Input):
    """Nothing else is needed within minutes of a sign-in."""

    password = Password(required=False)


class OwnAccount(Myself):
    @operation(
        "me_delete", {204: None, 403: UNCONFIRMED, 409: NEEDED, 429: OFTEN}, body=AccountDeletion
    )
    def delete(self, request: Request) -> Response:
        """Delete the account for good.

        Needs `{"password": …}` in the body or a sign-in of the last minutes. Tasks are
        unassigned, comments stay as those of a deleted user, workspaces nobody else belongs to go.
        """
        password = read_body(AccountDeletion, request).get("password")
        person = cast("User", request.user)
        confirm(request, password)
        delete_person(actor=actor_of(request), person=person)
        return Response(status=status.HTTP_204_NO_CONTENT)
