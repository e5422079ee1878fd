"""How the OpenAPI document describes signing in."""

from drf_spectacular.authentication import SessionScheme
from drf_spectacular.extensions import OpenApiAuthenticationExtension
from drf_spectacular.openapi import AutoSchema


class CookieScheme(SessionScheme):
    target_class = "identity.api.authentication.CookieAuthentication"


class BearerScheme(OpenApiAuthenticationExtension):
    target_class = "identity.api.authentication.BearerAuthentication"
    name = "bearer"

    def get_security_definition(self, auto_schema: AutoSchema) -> dict[str, str]:
        return {"type": "http", "scheme": "bearer", "bearerFormat": "JWT"}
