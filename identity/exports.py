"""What a person's export holds of sign-in, without secrets (passwords, keys, tokens)."""

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount
from allauth.usersessions.models import UserSession
from rest_framework import serializers

from accounts.services.personal_data import contribute
from core.documents.fields import Document


class OwnAddress(Document):
    email = serializers.EmailField()
    verified = serializers.BooleanField()
    primary = serializers.BooleanField()

    class Meta:
        model = EmailAddress


class OwnDevice(Document):
    """A device that is signed in, or was."""

    ip = serializers.IPAddressField()
    user_agent = serializers.CharField()
    created_at = serializers.DateTimeField()
    last_seen_at = serializers.DateTimeField()

    class Meta:
        model = UserSession


class OwnFactor(Document):
    """A second factor, without its secret."""

    type = serializers.CharField()
    created_at = serializers.DateTimeField()
    last_used_at = serializers.DateTimeField(allow_null=True)

    class Meta:
        model = Authenticator


class OwnProvider(Document):
    """An account at a provider with which the person signs in."""

    provider = serializers.CharField()
    uid = serializers.CharField()
    email = serializers.CharField(source="extra_data.email", allow_null=True)
    name = serializers.CharField(source="extra_data.name", allow_null=True)
    date_joined = serializers.DateTimeField()
    last_login = serializers.DateTimeField()

    class Meta:
        model = SocialAccount


contribute("addresses", OwnAddress, lambda person: EmailAddress.objects.filter(user=person))
contribute("devices", OwnDevice, lambda person: UserSession.objects.filter(user=person))
contribute("factors", OwnFactor, lambda person: Authenticator.objects.filter(user=person))
contribute("providers", OwnProvider, lambda person: SocialAccount.objects.filter(user=person))
