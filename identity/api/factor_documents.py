"""Second factors as shown; codes, and what browsers and passkeys say to each other, as read."""

from typing import Any

from allauth.mfa.models import Authenticator
from drf_spectacular.utils import extend_schema_field, inline_serializer
from rest_framework import serializers

from accounts.api.documents import Password
from core.api.fields import Input, Name

TEXT = {"type": "string"}
LONGEST_TEXT = 16_384
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


class Factor(serializers.ModelSerializer[Authenticator]):
    """A second factor, without its secret."""

    id = serializers.CharField(source="pk", read_only=True)
    name = serializers.SerializerMethodField(help_text="Of a passkey.")
    codes_left = serializers.SerializerMethodField(help_text="Of recovery codes.")

    class Meta:
        model = Authenticator
        fields = ("id", "type", "name", "codes_left", "created_at", "last_used_at")
        read_only_fields = fields

    def get_name(self, factor: Authenticator) -> str | None:
        name: str | None = factor.data.get("name")
        return name

    def get_codes_left(self, factor: Authenticator) -> int | None:
        if factor.type != Authenticator.Type.RECOVERY_CODES:
            return None
        return len(factor.wrap().get_unused_codes())


class Enrolment(serializers.Serializer[Any]):
    """Shown once; switched on with a first code."""

    secret = serializers.CharField()
    totp_url = serializers.CharField(help_text="`otpauth://…`, for a QR code.")


class RecoveryCodes(serializers.Serializer[Any]):
    """Shown once, each good for one sign-in; empty where there were some already."""

    recovery_codes = serializers.ListField(child=serializers.CharField())


class Code(Input):
    code = serializers.CharField(max_length=32)


class Proof(Input):
    password = Password(required=False)
    code = serializers.CharField(
        max_length=32, required=False, help_text="Of an authenticator app, or a recovery code."
    )

    def validate(self, attrs: dict[str, Any]) -> dict[str, Any]:
        if len(attrs) != 1:
            raise serializers.ValidationError("Send either the password or a code.")
        return attrs


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
