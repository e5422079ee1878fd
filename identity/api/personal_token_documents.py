"""Personal tokens as shown and as asked for."""

from typing import Any

from rest_framework import serializers

from accounts.api.fields import Password
from core.actor import Scope
from core.api.fields import Input, Name
from identity.services.personal_tokens import DEFAULT_DAYS, MOST_DAYS


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
