"""People, tokens, providers and second factors, as shown."""

from typing import Any

from allauth.mfa.models import Authenticator
from drf_spectacular.utils import extend_schema_field
from rest_framework import serializers

from accounts.api.documents import Me
from core.actor import Scope
from identity.providers.registry import Provider, providers

TEXT = {"type": "string"}

KEYS = {"type": "array", "items": {"type": "object", "properties": {"type": TEXT, "id": TEXT}}}

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


class TokenPair(serializers.Serializer[Any]):
    """Send the access token as Bearer; the refresh token gives the next pair, once."""

    access_token = serializers.CharField()
    refresh_token = serializers.CharField(
        required=False, help_text="Not with `X-Auth-Transport: cookie`."
    )
    expires_in = serializers.IntegerField(help_text="Seconds until the access token expires.")


class SignedIn(TokenPair):
    user = Me()


class VerificationPending(serializers.Serializer[Any]):
    """The address has to be verified first, with the code from the mail."""

    status = serializers.ChoiceField(["email_verification_required"])
    session_token = serializers.CharField(help_text="Send it back as X-Session-Token.")


class Verified(serializers.Serializer[Any]):
    """With tokens if the code completed a sign-in."""

    status = serializers.ChoiceField(["verified"])
    user = Me(required=False)
    access_token = serializers.CharField(required=False)
    refresh_token = serializers.CharField(required=False)
    expires_in = serializers.IntegerField(required=False)


class Done(serializers.Serializer[Any]):
    """It was done; there is nothing else to show."""

    status = serializers.ChoiceField(["ok"])


class ResetLink(serializers.Serializer[Any]):
    """The account whose password the link can set."""

    email = serializers.EmailField()


class DeviceShown(serializers.Serializer[Any]):
    """A device that is signed in."""

    id = serializers.IntegerField()
    ip = serializers.IPAddressField()
    user_agent = serializers.CharField()
    created_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField()
    is_current = serializers.BooleanField()


class TokenDocument(serializers.Serializer[Any]):
    """A personal token, without its text."""

    id = serializers.UUIDField()
    name = serializers.CharField()
    scopes = serializers.ListField(child=serializers.ChoiceField(Scope.choices))
    workspace_ids = serializers.ListField(child=serializers.CharField(), allow_null=True)
    created_at = serializers.DateTimeField()
    expires_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)


class CreatedToken(TokenDocument):
    token = serializers.CharField(help_text="Shown this once; send it as Bearer.")


class ProviderShown(serializers.Serializer[Provider]):
    """A provider that can be used to sign in."""

    id = serializers.CharField()
    name = serializers.CharField(help_text="For a button.")
    client_id = serializers.CharField(help_text="What an ID token has to be made out to.")
    has_id_tokens = serializers.BooleanField(
        help_text="Whether it issues ID tokens; the redirect works with each."
    )


class Providers(serializers.Serializer[Any]):
    """What a sign-in page needs: the providers and a CSRF token."""

    providers = ProviderShown(many=True)
    csrf_token = serializers.CharField(help_text="For `session/exchange`, with the cookie set.")


class Destination(serializers.Serializer[Any]):
    """The address to send the browser to."""

    url = serializers.CharField()


class LinkedAccount(serializers.Serializer[Any]):
    """An account at a provider with which the person can sign in."""

    id = serializers.IntegerField(source="pk")
    provider = serializers.SerializerMethodField(help_text="Null if it is switched off.")
    name = serializers.SerializerMethodField()
    email = serializers.SerializerMethodField()
    created_at = serializers.DateTimeField(source="date_joined")
    last_used_at = serializers.DateTimeField(source="last_login")

    def get_provider(self, account: Any) -> str | None:
        found = _provider_of(account)
        return found.id if found else None

    def get_name(self, account: Any) -> str:
        found = _provider_of(account)
        return found.name if found else str(account.provider)

    def get_email(self, account: Any) -> str:
        return str(account.extra_data.get("email", ""))


def _provider_of(account: Any) -> Provider | None:
    return next((found for found in providers() if found.realm == account.provider), None)


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
    """The secret of an authenticator app, shown once; its first code activates it."""

    secret = serializers.CharField()
    totp_url = serializers.CharField(help_text="`otpauth://…`, for a QR code.")


class RecoveryCodes(serializers.Serializer[Any]):
    """Recovery codes, shown once, each for one sign-in; empty if there were some already."""

    recovery_codes = serializers.ListField(child=serializers.CharField())


def _options(**more: Any) -> Any:
    common = {
        "challenge": TEXT,
        "timeout": {"type": ["integer", "null"]},
        "extensions": {"type": "object"},
    }
    schema = {"type": "object", "required": ["challenge"], "properties": common | more}

    class Options(serializers.JSONField):
        """A class per call, because the decorator writes the schema to the class."""

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
