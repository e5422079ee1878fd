"""The base of what accounts answers to people with a token."""

from rest_framework.views import APIView

from core.api.transactions import OneTransaction
from identity.api.authentication import BearerAuthentication
from identity.api.sign_in import AuthView


class PersonView(OneTransaction, AuthView):
    """For whoever sends a token of their own, in one transaction.

    Strangers are answered outside of one: a sign-in that waits for its second factor, and a session
    that ends because its refresh token came twice, outlive the refusal that tells of them.
    """

    authentication_classes = [
        kind for kind in APIView.authentication_classes if issubclass(kind, BearerAuthentication)
    ]
