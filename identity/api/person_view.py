"""The base of what accounts answers to people with a token."""

from accounts.api import AuthView
from core.api.transactions import OneTransaction
from identity.api.authentication import BearerAuthentication


class PersonView(OneTransaction, AuthView):
    """For whoever sends a token of their own, in one transaction.

    Strangers are answered outside of one: a sign-in that waits for its second factor, and a session
    that ends because its refresh token came twice, outlive the refusal that tells of them.
    """

    authentication_classes = [BearerAuthentication]
