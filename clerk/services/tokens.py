"""Verifying Clerk's session tokens, and finding or registering their people."""

import base64
import re
from dataclasses import dataclass
from typing import Any

import jwt
import orjson
import structlog
from django.conf import settings
from django.db import transaction
from jwt.exceptions import PyJWKClientConnectionError

from accounts.models import User
from clerk.services.organizations import add_organization_member
from clerk.services.people import (
    Organization,
    Profile,
    find_or_register_person,
    follow_address,
    is_without_address,
)
from core.context import show_workspaces_of
from core.errors import Unavailable
from identity.providers.jwks import LONGEST_KEY_ID, PAUSE, keys_at
from identity.services.sessions import Opened, open_known
from identity.services.tokens import InvalidToken, TokenExpired

_log = structlog.get_logger("gantry.clerk")

ALGORITHM = "RS256"
LONGEST_TOKEN = 8192
LONGEST_LIFE = 600
"""Seconds; session tokens are valid for one minute, so a longer one is of another kind."""
PERSON = re.compile(r"user_[A-Za-z0-9]{1,58}")
ORGANIZATION = re.compile(r"org_[A-Za-z0-9]{1,58}")
_REQUIRED = ["exp", "iat", "nbf", "iss", "sub", "sid"]


@dataclass(frozen=True, slots=True, kw_only=True)
class Claims:
    """`email` is empty unless Clerk has verified it; `issued_at` is in milliseconds.

    `proved_at` is when the person last proved a first factor, in seconds since the epoch.
    """

    person_id: str
    issued_at: int
    email: str = ""
    name: str = ""
    organization: Organization | None = None
    role: str = ""
    impersonator: str = ""
    proved_at: float | None = None


def is_clerks(token: str) -> bool:
    """Whether the unverified claims name Clerk as the issuer; this only selects the verifier."""
    if not settings.CLERK_ISSUER or len(token) > LONGEST_TOKEN:
        return False
    try:
        payload = token.split(".")[1]
        claims = orjson.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
        return bool(claims["iss"] == settings.CLERK_ISSUER)
    except (ValueError, LookupError, TypeError):
        return False


def read_session(token: str) -> Claims:
    """The claims of a valid session token, or InvalidToken."""
    try:
        claims: dict[str, Any] = jwt.decode(
            token,
            keys_at(settings.CLERK_JWKS_URL).get_signing_key(_key_id(token)),
            algorithms=[ALGORITHM],
            issuer=settings.CLERK_ISSUER,
            leeway=settings.CLERK_LEEWAY,
            options={"require": _REQUIRED, "verify_aud": False},
        )
    except PyJWKClientConnectionError as outage:
        raise Unavailable(retry_after=int(PAUSE)) from outage
    except jwt.ExpiredSignatureError as flaw:
        raise TokenExpired from flaw
    # A header of a thousand nested lists exceeds the JSON parser's recursion limit.
    except (jwt.PyJWTError, ValueError, TypeError, RecursionError) as flaw:
        raise InvalidToken from flaw
    if not _is_of_a_session(claims):
        raise InvalidToken
    return _claims(claims)


def _key_id(token: str) -> str:
    key_id = jwt.get_unverified_header(token).get("kid")
    if not isinstance(key_id, str) or not 0 < len(key_id) <= LONGEST_KEY_ID:
        raise InvalidToken
    return key_id


def _is_of_a_session(claims: dict[str, Any]) -> bool:
    """Whether it is no JWT template's token: those have no `sid`, and any lifetime."""
    return (
        isinstance(claims["sid"], str)
        and claims["sid"].startswith("sess_")
        and PERSON.fullmatch(claims["sub"]) is not None
        and claims.get("azp") in settings.CLERK_AUTHORIZED_PARTIES
        and claims.get("sts", "active") == "active"
        and 0 < int(claims["exp"]) - int(claims["iat"]) <= LONGEST_LIFE
    )


def _claims(claims: dict[str, Any]) -> Claims:
    organization, role = _organization(claims)
    is_verified = claims.get("email_verified") in (True, "true")
    return Claims(
        person_id=claims["sub"],
        issued_at=int(claims["iat"]) * 1000,
        email=_text(claims.get("email")) if is_verified else "",
        name=_text(claims.get("name"))[:200],
        organization=organization,
        role=role,
        impersonator=_text((_object(claims.get("act"))).get("sub")) or ("?" * ("act" in claims)),
        proved_at=_proved_at(claims),
    )


def _organization(claims: dict[str, Any]) -> tuple[Organization | None, str]:
    """The active organisation, from the second version of the claims (`o`) or the first."""
    second = _object(claims.get("o"))
    org_id = _text(second.get("id") or claims.get("org_id"))
    slug = _text(second.get("slg") or claims.get("org_slug"))
    role = _text(second.get("rol") or claims.get("org_role"))
    if not ORGANIZATION.fullmatch(org_id):
        return None, ""
    return Organization(id=org_id, name=slug[:120]), role.removeprefix("org:")


def _proved_at(claims: dict[str, Any]) -> float | None:
    """From `fva`, the minutes since each factor was verified; -1 is never."""
    ages = claims.get("fva")
    first = ages[0] if isinstance(ages, list) and ages else None
    if not isinstance(first, int) or isinstance(first, bool) or first < 0:
        return None
    return float(claims["iat"]) - 60 * first


def _object(value: Any) -> dict[str, Any]:
    return value if isinstance(value, dict) else {}


def _text(value: Any) -> str:
    return value if isinstance(value, str) and value.isprintable() else ""


# No savepoint: an error here makes the whole request fail.
@transaction.atomic(savepoint=False)
def authenticate_person(claims: Claims) -> Opened | None:
    """The person, registered or linked at their first request; None if inactive or deleted.

    One query, which also sets the tenant context; one more if the token names an organisation.
    """
    opened = open_known(claims.person_id) or _first_seen(claims)
    if opened and claims.email and is_without_address(opened.person):
        # Their address is verified now: they may be joined with the account that has it.
        opened = _opened(follow_address(external_id=claims.person_id, email=claims.email.lower()))
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


def _first_seen(claims: Claims) -> Opened | None:
    profile = Profile(id=claims.person_id, email=claims.email.lower(), name=claims.name)
    return _opened(find_or_register_person(profile=profile))


def _opened(person: User | None) -> Opened | None:
    return Opened(person, show_workspaces_of(person.pk)) if person else None
