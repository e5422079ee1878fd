"""Whose an address is."""

from allauth.account.models import EmailAddress
from django.db.models.functions import Lower

from accounts.models import User


def person_with(email: str) -> User | None:
    if not email:
        return None
    by_address = User.objects.alive().alias(address=Lower("email")).filter(address=email)
    proved = EmailAddress.objects.filter(email=email, verified=True)
    person: User | None = (
        by_address.first() or User.objects.filter(pk__in=proved.values("user")).first()
    )
    return person


def prove_address(person: User, email: str) -> None:
    EmailAddress.objects.filter(user=person).exclude(email=email).update(primary=False)
    EmailAddress.objects.update_or_create(
        user=person, email=email, defaults={"verified": True, "primary": True}
    )
