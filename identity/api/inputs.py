"""Bodies about sign-in, tokens, providers and second factors, as read."""

from typing import Any, ClassVar

from drf_spectacular.utils import inline_serializer
from rest_framework import serializers

from accounts.api.inputs import Password
from core.actor import Scope
from core.api.fields import Input, Name
from identity.services.personal_tokens import DEFAULT_DAYS, MOST_DAYS

LONGEST = 16_384


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
        """The token is only optional with a cookie, and then this body is not read."""
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


class ForgottenPassword(Input):
    email = serializers.EmailField(max_length=254)


class PasswordReset(Input):
    key = serializers.CharField(max_length=200, help_text="What stands at the end of the link.")
    password = Password()


class PasswordChange(Input):
    current_password = Password()
    new_password = Password()


class AccountDeletion(Input):
    """The password can be left out within minutes of a sign-in."""

    password = Password(required=False)


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


class IdToken(Input):
    provider = serializers.CharField(max_length=30)
    id_token = serializers.CharField(max_length=LONGEST, write_only=True)
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
    return serializers.CharField(max_length=LONGEST, required=required, allow_null=not required)


def _credential(name: str, response: dict[str, Any]) -> Any:
    """A credential as browsers encode it: keys in camelCase, values in base64url."""
    fields: dict[str, Any] = {"rk": serializers.BooleanField(required=False)}
    extensions: dict[str, Any] = {
        "credProps": inline_serializer(f"{name}Properties", fields, required=False)
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
