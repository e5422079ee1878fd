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
from identity.services.sessions import Opened, open_known

_log = structlog.get_logger("gantry.clerk")


# No savepoint: what fails here fails the request.
@transaction.atomic(savepoint=False)
def authenticate_person(claims: Claims) -> Opened | None:
    """The person, made or linked at first sight; None for those who are kept out.

    One query, which sets the tenant context as well; one more where a workspace is named.
    """
    opened = open_known(claims.person_id) or _first_seen(claims)
    if opened and claims.email and is_without_address(opened.person):
        opened = _with_address(claims)
    if opened is None or not opened.person.is_active or opened.person.deleted_at is not None:
        return None
    if claims.impersonator:
        _log.info("impersonated", person=str(opened.person.pk), by=claims.impersonator)
    if claims.organization is not None:
        add_organization_member(
            person=opened.person,
            organization=claims.organization,
            role=claims.role,
            at=claims.issued_at,
            is_news=False,
        )
    return opened


def _with_address(claims: Claims) -> Opened | None:
    """Whoever they are now that their address is verified: maybe somebody known before."""
    person = follow_address(external_id=claims.person_id, email=claims.email.lower())
    return _opened(person)


def _first_seen(claims: Claims) -> Opened | None:
    profile = Profile(id=claims.person_id, email=claims.email.lower(), name=claims.name)
    return _opened(find_or_register_person(profile=profile))


def _opened(person: User | None) -> Opened | None:
    return Opened(person, show_workspaces_of(person.pk)) if person else None
