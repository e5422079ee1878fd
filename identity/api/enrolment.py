"""The code that staff prove their address with before their first second factor, over HTTP."""

from drf_spectacular.utils import OpenApiResponse, extend_schema
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.envelope import Answer
from core.api.fields import read_body
from core.api.schema import FAILURE
from identity.allauth_bridge.steps import as_person
from identity.api.documents import Done
from identity.api.factor_documents import Code
from identity.api.second_factors import REFUSED, FactorView
from identity.services.enrolment import prove_mailbox, send_enrolment_code

WRONG_CODE = OpenApiResponse(FAILURE.ref, "`incorrect_code`: wrong, spent or too old")


class EnrolmentCode(FactorView):
    @extend_schema(
        operation_id="auth_mfa_enrolment_code", request=None, responses={200: Done, **REFUSED}
    )
    def post(self, request: Request) -> Response:
        """Have a code mailed that staff need before they enrol a first second factor."""
        as_person(self.stranger, send_enrolment_code)
        return Response(Answer({"status": "ok"}, "We have sent you a code."))


class EnrolmentProof(FactorView):
    @extend_schema(
        operation_id="auth_mfa_enrolment_code_verify",
        request=Code,
        responses={200: Done, 400: WRONG_CODE, **REFUSED},
    )
    def post(self, request: Request) -> Response:
        """Enter the code from the mail; a factor may be enrolled in the next ten minutes."""
        code = read_body(Code, request)["code"]
        as_person(self.stranger, lambda inner: prove_mailbox(inner, code))
        return Response(Answer({"status": "ok"}, "Enrol a second factor now."))
