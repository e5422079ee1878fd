"""The start check that refuses a production server on which demo accounts can sign in."""

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import check_password

from accounts.models import User
from core.checks import checked_at_start
from dev.demo.passwords import KNOWN_TO_ALL
from dev.demo.services import addresses


def demo_people_who_can_sign_in() -> list[User]:
    """Active people with a demo address that is verified, or with the demo password.

    No other account meets that: example.com receives no mail, so nobody else can verify such an
    address, and the password is refused for all accounts.
    """
    people = list(User.objects.registered_as(*addresses()).order_by("email"))
    proved = EmailAddress.objects.filter(user__in=people, verified=True)
    made_by_us = set(proved.filter(email__in=addresses()).values_list("user", flat=True))
    return [
        person
        for person in people
        if person.pk in made_by_us or check_password(KNOWN_TO_ALL, person.password)
    ]


@checked_at_start
def flaw_of_demo_people() -> str | None:
    if not settings.REFUSE_DEMO_PEOPLE or not (people := demo_people_who_can_sign_in()):
        return None
    return (
        f"{len(people)} people of the demo can sign in, with a password everybody knows."
        " Run `manage.py deactivate_demo` before this server is served."
    )
