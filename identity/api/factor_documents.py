"""Second factors as shown; codes as read."""

from typing import Any

from allauth.mfa.models import Authenticator
from rest_framework import serializers

from accounts.api.fields import Password
from core.api.fields import Input


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
