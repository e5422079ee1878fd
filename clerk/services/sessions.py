"""Whose session a token of Clerk's speaks for."""

import structlog
from django.db import transaction

from accounts.models import User
from clerk.services.joining import follow_address, is_without_address
from clerk.services.organizations import add_organization_member
from clerk.services.people import find_or_register_person
from clerk.services.profiles import Profile
from clerk.services.tokens import Claims
from core.context import show_workspaces_of
from identity.services.sessions import open_known

_log = structlog.get_logger("gantry.clerk")


# No savepoint: what fails here fails the request.
@transaction.atomic(savepoint=False)
def authenticate_person(claims: Claims) -> User | None:
    """The person, made or linked at first sight; None for those who are kept out.

    One query, which sets the tenant context as well; one more where a workspace is named.
    """
    person = open_known(claims.person_id) or _first_seen(claims)
    if person and claims.email and is_without_address(person):
        person = _with_address(claims)
    if person is None or not person.is_active or person.deleted_at is not None:
        return None
    if claims.impersonator:
        _log.info("impersonated", person=str(person.pk), by=claims.impersonator)
    if claims.organization is not None:
        add_organization_member(
            person=person,
            organization=claims.organization,
            role=claims.role,
            at=claims.issued_at,
            is_news=False,
        )
    return person


def _with_address(claims: Claims) -> User | None:
    """Whoever they are now that their address is verified: maybe somebody known before."""
    person = follow_address(external_id=claims.person_id, email=claims.email.lower())
    if person is not None:
        show_workspaces_of(person)
    return person


def _first_seen(claims: Claims) -> User | None:
    profile = Profile(id=claims.person_id, email=claims.email.lower(), name=claims.name)
    person: User | None = find_or_register_person(profile=profile)
    if person is not None:
        show_workspaces_of(person)
    return person
