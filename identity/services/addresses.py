"""Whose an address is, and which addresses are somebody's."""

from allauth.account.models import EmailAddress
from django.conf import settings
from django.db.models.functions import Lower

from accounts.models import User


def person_with(email: str) -> User | None:
    """Who has proved the address, else who registered with it."""
    if not email:
        return None
    proved = EmailAddress.objects.filter(email=email, verified=True)
    by_address = User.objects.alive().alias(address=Lower("email")).filter(address=email)
    person: User | None = (
        User.objects.filter(pk__in=proved.values("user")).first() or by_address.first()
    )
    return person


def has_proved(person: User, email: str) -> bool:
    return bool(EmailAddress.objects.filter(user=person, email=email, verified=True).exists())


def prove_address(person: User, email: str) -> None:
    EmailAddress.objects.filter(user=person).exclude(email=email).update(primary=False)
    EmailAddress.objects.update_or_create(
        user=person, email=email, defaults={"verified": True, "primary": True}
    )


def proved_addresses(person: User) -> set[str]:
    """Those the person has shown to receive mail at, in lower case."""
    proved = EmailAddress.objects.filter(user=person, verified=True)
    return {address.lower() for address in proved.values_list("email", flat=True)}


def addresses_of(person: User) -> set[str]:
    """The same, with the one they registered with where no proof is demanded."""
    proved = proved_addresses(person)
    return proved if settings.EMAIL_VERIFICATION == "mandatory" else proved | {person.email.lower()}
