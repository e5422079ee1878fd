"""Which e-mail addresses are somebody's."""

from allauth.account.models import EmailAddress
from django.conf import settings

from accounts.models import User


def proved_addresses(person: User) -> set[str]:
    """Those the person has shown to receive mail at, in lower case."""
    proved = EmailAddress.objects.filter(user=person, verified=True)
    return {address.lower() for address in proved.values_list("email", flat=True)}


def addresses_of(person: User) -> set[str]:
    """The same, with the one they registered with where no proof is demanded."""
    proved = proved_addresses(person)
    return proved if settings.EMAIL_VERIFICATION == "mandatory" else proved | {person.email.lower()}
