"""Whether people of the demo, whose password everybody knows, can sign in where they must not."""

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.auth.hashers import check_password

from accounts.models import User
from core.checks import checked_at_start
from dev.demo.passwords import KNOWN_TO_ALL
from dev.demo.services import addresses


def demo_people_who_can_sign_in() -> list[User]:
    """Active people with an address and either the password or the proved address of the demo.

    Nobody else can have that: an address at example.com receives no mail to prove it with, and
    the password is refused to everybody.
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
