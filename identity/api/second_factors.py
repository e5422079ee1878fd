"""Second factors over HTTP."""

from drf_spectacular.utils import OpenApiParameter, OpenApiResponse, extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.envelope import Answer
from core.api.fields import read_body
from core.api.permissions import SignedIn as IsSignedIn
from core.api.schema import FAILURE
from identity.allauth_bridge.steps import as_newcomer, as_person
from identity.api import factor_documents
from identity.api.documents import SignedIn
from identity.api.permissions import WithSession
from identity.api.person_view import PersonView
from identity.api.sign_in import FOREIGN, TOO_OFTEN, TRANSPORT, WRONG, AuthView, as_shown
from identity.services import second_factors

SESSION_TOKEN = OpenApiParameter(
    "X-Session-Token",
    str,
    OpenApiParameter.HEADER,
    required=True,
    description="From the answer that asked for this step.",
)
REFUSED = {
    401: OpenApiResponse(FAILURE.ref, "Not signed in"),
    403: OpenApiResponse(
        FAILURE.ref, "A token that may not change how one signs in, or `reauthentication_required`"
    ),
    409: OpenApiResponse(FAILURE.ref, "State conflict"),
    429: TOO_OFTEN,
}
BEGIN_AGAIN = "Begin again with a new key."
NEW_CODES = "Have new recovery codes made, with a new key."
UNFINISHED = {401: WRONG, 429: TOO_OFTEN}


class FactorView(PersonView):
    """For the person of an access token; a cookie is not enough to change how one signs in."""

    permission_classes = [IsSignedIn, WithSession]


class Factors(FactorView):
    @extend_schema(
        operation_id="auth_mfa",
        responses={200: factor_documents.Factor(many=True), 403: REFUSED[403]},
    )
    def get(self, request: Request) -> Response:
        """The second factors of the person signed in."""
        found = as_person(self.stranger, second_factors.own_factors)
        return Response(factor_documents.Factor(found, many=True).data)


class Totp(FactorView):
    repeat_advice = BEGIN_AGAIN

    @extend_schema(
        operation_id="auth_mfa_totp_begin",
        request=None,
        responses={200: factor_documents.Enrolment, **REFUSED},
    )
    def post(self, request: Request) -> Response:
        """Begin to enrol an authenticator app; it counts once a code of it has been sent."""
        return Response(
            factor_documents.Enrolment(as_person(self.stranger, second_factors.begin_totp)).data
        )

    @extend_schema(
        operation_id="auth_mfa_totp_deactivate",
        responses={204: None, **REFUSED, 404: OpenApiResponse(FAILURE.ref, "None is enrolled")},
    )
    def delete(self, request: Request) -> Response:
        """Remove the authenticator app; recovery codes go with the last factor."""
        as_person(self.stranger, second_factors.deactivate)
        return Response(status=status.HTTP_204_NO_CONTENT)


class ActivateTotp(FactorView):
    repeat_advice = NEW_CODES

    @extend_schema(
        operation_id="auth_mfa_totp_activate",
        request=factor_documents.Code,
        responses={200: factor_documents.RecoveryCodes, **REFUSED},
    )
    def post(self, request: Request) -> Response:
        """Switch the authenticator app on with its first code."""
        code = read_body(factor_documents.Code, request)["code"]
        codes = as_person(self.stranger, lambda inner: second_factors.activate(inner, code))
        return Response(Answer({"recovery_codes": codes}, "Two-factor authentication is on."))


class RecoveryCodes(FactorView):
    repeat_advice = NEW_CODES

    @extend_schema(
        operation_id="auth_mfa_recovery_codes",
        request=None,
        responses={200: factor_documents.RecoveryCodes, **REFUSED},
    )
    def post(self, request: Request) -> Response:
        """Make new recovery codes; the old ones end."""
        codes = as_person(self.stranger, second_factors.renew_recovery_codes)
        return Response({"recovery_codes": codes})


class Verify(AuthView):
    @extend_schema(
        operation_id="auth_mfa_verify",
        request=factor_documents.Code,
        parameters=[SESSION_TOKEN, TRANSPORT],
        responses={200: SignedIn, 403: FOREIGN, **UNFINISHED},
    )
    def post(self, request: Request) -> Response:
        """Finish a sign-in that asked for a second factor (`mfa_required`)."""
        code = read_body(factor_documents.Code, request)["code"]
        entered = as_newcomer(self.stranger, lambda inner: second_factors.verify(inner, code))
        return Response(as_shown(entered))
