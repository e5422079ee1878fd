"""People, tokens and providers as shown; sign-in bodies as read."""

from typing import Any, ClassVar

from rest_framework import serializers

from accounts.api.documents import Me, Password
from core.actor import Scope
from core.api.fields import Input, Name
from identity.providers.registry import Provider, providers
from identity.services.personal_tokens import DEFAULT_DAYS, MOST_DAYS

LONGEST_ID_TOKEN = 16_384


class TokenPair(serializers.Serializer[Any]):
    """Send the access token as Bearer; spend the refresh token, once, for the next pair."""

    access_token = serializers.CharField()
    refresh_token = serializers.CharField(
        required=False, help_text="Not with `X-Auth-Transport: cookie`."
    )
    expires_in = serializers.IntegerField(help_text="Seconds until the access token expires.")


class SignedIn(TokenPair):
    user = Me()


class VerificationPending(serializers.Serializer[Any]):
    """The address has to be proved first; the code is in the mail."""

    status = serializers.ChoiceField(["email_verification_required"])
    session_token = serializers.CharField(help_text="Send it back as X-Session-Token.")


class Credentials(Input):
    email = serializers.EmailField(max_length=254)
    password = Password()


class NewPerson(Credentials):
    name = Name(max_length=200, required=False, allow_blank=True, default="")


class Refresh(Input):
    refresh_token = serializers.CharField(
        max_length=4096, required=False, help_text="Not with `X-Auth-Transport: cookie`."
    )

    def validate(self, attrs: dict[str, str]) -> dict[str, str]:
        """Optional in its description only: with a cookie the body is not read."""
        if not attrs:
            missing = self.fields["refresh_token"].error_messages["required"]
            raise serializers.ValidationError({"refresh_token": [missing]})
        return attrs


class SignOut(Input):
    refresh_token = serializers.CharField(
        max_length=4096, required=False, help_text="For a client whose access token is gone."
    )


class VerificationCode(Input):
    code = serializers.CharField(
        max_length=200, help_text="The code from the mail, or the key at the end of its link."
    )

    class Meta:
        also: ClassVar = {"key": "code"}


class Verified(serializers.Serializer[Any]):
    """The tokens come where the code completed a sign-in."""

    status = serializers.ChoiceField(["verified"])
    user = Me(required=False)
    access_token = serializers.CharField(required=False)
    refresh_token = serializers.CharField(required=False)
    expires_in = serializers.IntegerField(required=False)


class Done(serializers.Serializer[Any]):
    """Nothing is to be told but that it was done."""

    status = serializers.ChoiceField(["ok"])


class ForgottenPassword(Input):
    email = serializers.EmailField(max_length=254)


class PasswordReset(Input):
    key = serializers.CharField(max_length=200, help_text="What stands at the end of the link.")
    password = Password()


class ResetLink(serializers.Serializer[Any]):
    """A link that still works, and whose password it sets."""

    email = serializers.EmailField()


class PasswordChange(Input):
    current_password = Password()
    new_password = Password()


class AccountDeletion(Input):
    """Nothing else is needed within minutes of a sign-in."""

    password = Password(required=False)


class DeviceShown(serializers.Serializer[Any]):
    """A place somebody is signed in at."""

    id = serializers.IntegerField()
    ip = serializers.IPAddressField()
    user_agent = serializers.CharField()
    created_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField()
    is_current = serializers.BooleanField()


class NewToken(Input):
    name = Name(max_length=100)
    scopes = serializers.MultipleChoiceField(
        choices=Scope.choices, allow_empty=False, default={Scope.READ.value}
    )
    workspace_ids = serializers.ListField(
        child=serializers.CharField(max_length=64),
        allow_empty=False,
        allow_null=True,
        max_length=50,
        default=None,
        help_text="The only workspaces the token opens; left out, all of them.",
    )
    expires_in_days = serializers.IntegerField(
        min_value=1, max_value=MOST_DAYS, default=DEFAULT_DAYS
    )
    password = Password(required=False, help_text="Not needed within minutes of a sign-in.")


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
    """A provider people may sign in through."""

    id = serializers.CharField()
    name = serializers.CharField(help_text="For a button.")
    client_id = serializers.CharField(help_text="What an ID token has to be made out to.")
    has_id_tokens = serializers.BooleanField(
        help_text="Whether it issues ID tokens; the redirect works with each."
    )


class Providers(serializers.Serializer[Any]):
    """What a sign-in page has to know."""

    providers = ProviderShown(many=True)
    csrf_token = serializers.CharField(help_text="For `session/exchange`, with the cookie set.")


class IdToken(Input):
    provider = serializers.CharField(max_length=30)
    id_token = serializers.CharField(max_length=LONGEST_ID_TOKEN, write_only=True)
    nonce = serializers.CharField(
        max_length=200,
        required=False,
        allow_blank=True,
        default="",
        help_text="The one the token was asked for with; demanded if the token has one.",
    )


class Departure(Input):
    provider = serializers.CharField(max_length=30)
    callback_url = serializers.CharField(
        max_length=2000, help_text="A page of the front end; `error` tells it of a failure."
    )


class Destination(serializers.Serializer[Any]):
    """Where the browser has to go."""

    url = serializers.CharField()


class LinkedAccount(serializers.Serializer[Any]):
    """An account at a provider that opens one's own."""

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
