"""Proving oneself again, for what a stolen access token must not be enough for."""

from drf_spectacular.utils import extend_schema
from rest_framework import status
from rest_framework.request import Request
from rest_framework.response import Response

from core.api.fields import read_body
from identity.allauth_bridge.steps import as_person
from identity.api.factor_documents import Proof
from identity.api.second_factors import REFUSED, FactorView
from identity.services.second_factors import prove_again


class Reauthenticate(FactorView):
    @extend_schema(
        operation_id="auth_reauthenticate",
        request=Proof,
        responses={204: None, 401: REFUSED[401], 403: REFUSED[403], 429: REFUSED[429]},
    )
    def post(self, request: Request) -> Response:
        """Prove oneself again, by password or by second factor; it lasts five minutes."""
        proof = read_body(Proof, request)
        as_person(self.stranger, lambda inner: prove_again(inner, **proof))
        return Response(status=status.HTTP_204_NO_CONTENT)
