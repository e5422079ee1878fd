"""People and tokens as shown; sign-in bodies as read."""

from typing import Any, ClassVar

from rest_framework import serializers

from accounts.api.documents import Me
from accounts.api.fields import Password
from core.api.fields import Input, Name


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


class DeviceShown(serializers.Serializer[Any]):
    """A place somebody is signed in at."""

    id = serializers.IntegerField()
    ip = serializers.IPAddressField()
    user_agent = serializers.CharField()
    created_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField()
    is_current = serializers.BooleanField()
