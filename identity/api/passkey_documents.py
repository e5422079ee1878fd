"""What browsers and passkeys say to each other, in the JSON of WebAuthn level 3."""

from typing import Any

from drf_spectacular.utils import extend_schema_field, inline_serializer
from rest_framework import serializers

from core.api.fields import Input, Name
from identity.api.factor_documents import Factor, RecoveryCodes

TEXT = {"type": "string"}
LONGEST_TEXT = 16_384


def _text(*, required: bool = True) -> serializers.CharField:
    return serializers.CharField(
        max_length=LONGEST_TEXT, required=required, allow_null=not required
    )


def _credential(name: str, response: dict[str, Any]) -> Any:
    """The keys are the browser's own: camelCase, base64url inside."""
    extensions: dict[str, Any] = {
        "credProps": inline_serializer(
            f"{name}Properties",
            {"rk": serializers.BooleanField(required=False)},
            required=False,
        )
    }
    return inline_serializer(
        name,
        {
            "id": _text(),
            "rawId": _text(),
            "type": serializers.CharField(max_length=32),
            "response": inline_serializer(f"{name}Response", response),
            "clientExtensionResults": inline_serializer(
                f"{name}Extensions", extensions, required=False
            ),
        },
    )


class NewPasskey(Input):
    name = Name(max_length=100, required=False, allow_blank=True, default="")
    credential = _credential(
        "PasskeyAttestation", {"clientDataJSON": _text(), "attestationObject": _text()}
    )


class PasskeyAnswer(Input):
    credential = _credential(
        "PasskeyAssertion",
        {
            "clientDataJSON": _text(),
            "authenticatorData": _text(),
            "signature": _text(),
            "userHandle": _text(required=False),
        },
    )


def _options(**more: Any) -> Any:
    common = {
        "challenge": TEXT,
        "timeout": {"type": ["integer", "null"]},
        "extensions": {"type": "object"},
    }
    schema = {"type": "object", "required": ["challenge"], "properties": common | more}

    class Options(serializers.JSONField):
        """Of its own: the description is kept on the class."""

    return extend_schema_field(schema)(Options)


KEYS = {
    "type": "array",
    "items": {"type": "object", "properties": {"type": TEXT, "id": TEXT}},
}
ENTITY = {"type": "object", "properties": {"id": TEXT, "name": TEXT, "displayName": TEXT}}
SELECTION = {
    "type": "object",
    "properties": {
        "residentKey": TEXT,
        "requireResidentKey": {"type": "boolean"},
        "userVerification": TEXT,
    },
}
PARAMETERS = {
    "type": "array",
    "items": {"type": "object", "properties": {"type": TEXT, "alg": {"type": "integer"}}},
}


class CreationOptions(serializers.Serializer[Any]):
    """For `PublicKeyCredential.parseCreationOptionsFromJSON`."""

    options = _options(
        rp=ENTITY,
        user=ENTITY,
        excludeCredentials=KEYS,
        authenticatorSelection=SELECTION,
        pubKeyCredParams=PARAMETERS,
    )()


class RequestOptions(serializers.Serializer[Any]):
    """For `PublicKeyCredential.parseRequestOptionsFromJSON`."""

    options = _options(rpId=TEXT, userVerification=TEXT, allowCredentials=KEYS)()


class LoginOptions(RequestOptions):
    session_token = serializers.CharField(help_text="Send it back as X-Session-Token.")


class EnrolledPasskey(RecoveryCodes):
    passkey = Factor()
