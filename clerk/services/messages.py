"""Verifying and applying Clerk's webhook messages."""

import logging
import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any

import orjson
from django.conf import settings
from django.db import IntegrityError, transaction
from standardwebhooks import Webhook, WebhookVerificationError
from standardwebhooks.webhooks import EmptyWebhookSecretError

from accounts.models import User
from clerk.models import WebhookReceipt
from clerk.services.organizations import (
    add_organization_member,
    close_organization,
    follow_organization,
    remove_organization_member,
)
from clerk.services.people import (
    Organization,
    Profile,
    delete_external_person,
    find_or_register_person,
    follow_person,
)
from core.context import as_system
from core.errors import Invalid
from core.functions import Wanted, run_later
from outbox import fault_points

logger = logging.getLogger(__name__)

PARTS = ("id", "timestamp", "signature")
LONGEST_ID = 255
LONGEST_KIND = 100
REASON = "a provider's webhook"
APPLY_KEPT = "clerk.apply_kept_message"
"""The function that applies messages whose effect had failed."""
NEEDED = {
    *("id", "name", "image_url", "created_by", "role", "organization", "public_user_data"),
    *("user_id", "first_name", "last_name", "primary_email_address_id", "email_addresses"),
    *("email_address", "verification", "status"),
}
Effect = Callable[[], None]
ID = re.compile(r"(user|org)_[A-Za-z0-9]{1,58}")


class InvalidSignature(Invalid):
    message = "This message is not signed by whom it should be, or not now."


class InvalidMessage(Invalid):
    message = "This message cannot be understood."


@dataclass(frozen=True, slots=True, kw_only=True)
class Message:
    """`at` is when the object had this state, in milliseconds since the epoch."""

    id: str
    kind: str
    about: Mapping[str, Any]
    at: int


def verified_message(body: bytes, headers: Mapping[str, str]) -> Message:
    """The message, if this body was signed with one of our secrets within five minutes."""
    sent = {f"webhook-{part}": _header(headers, part) for part in PARTS}
    if not any(_is_signed(body, sent, secret) for secret in settings.CLERK_WEBHOOK_SECRETS):
        raise InvalidSignature
    try:
        content = orjson.loads(body)
        about = content["data"]
        at = int(about.get("updated_at") or content.get("timestamp") or 0)
        if "deleted" in content["type"]:
            at = int(content.get("timestamp") or float(sent["webhook-timestamp"]) * 1000)
        message = Message(id=sent["webhook-id"], kind=str(content["type"]), about=about, at=at)
    except (ValueError, LookupError, TypeError, AttributeError) as flaw:
        raise InvalidMessage from flaw
    if len(message.id) > LONGEST_ID or not 0 <= message.at < 2**62:
        raise InvalidMessage
    return message


def apply_message(message: Message) -> str:
    """Apply the message once; the receipt is saved in the same transaction as the effect.

    InvalidMessage if it cannot be read. If its effect fails, the message is kept with the receipt,
    and its effect tried again later: "deferred".
    """
    effect = _effect_of(message)
    try:
        return _receive(message, effect)
    except Exception:
        logger.exception("message_deferred", extra={"message_id": message.id})
    return _receive(message, partial(_defer, message), "deferred")


def apply_kept_message(kept: dict[str, Any]) -> None:
    """Apply a message of Clerk again whose effect had failed when it came."""
    message = Message(id=kept["id"], kind=kept["kind"], about=kept["about"], at=kept["at"])
    if effect := _effect_of(message):
        with as_system(REASON):
            effect()


@as_system(REASON)
def _receive(message: Message, effect: Effect | None, status: str = "processed") -> str:
    try:
        with transaction.atomic():
            WebhookReceipt.objects.create(id=message.id, kind=message.kind[:LONGEST_KIND])
    except IntegrityError:
        return "duplicate"
    if effect is None:
        return "ignored"
    effect()
    fault_points.hit("clerk.before_commit")
    return status


def _defer(message: Message) -> None:
    """Keep what is needed of the message; of a person, the profile apart from the ids."""
    needed = _needed(message.about)
    personal = {"about": needed} if message.kind.startswith("user.") else {}
    about = {"id": needed["id"]} if personal else needed
    payload = {"id": message.id, "kind": message.kind, "at": message.at, "about": about}
    key = _order_key(message)
    run_later(
        Wanted(
            name=APPLY_KEPT, payload=payload, personal=personal, order_key=key, order_at=message.at
        )
    )


def _needed(value: Any) -> Any:
    """The parts of an object of Clerk's that effects read."""
    if isinstance(value, Mapping):
        return {name: _needed(part) for name, part in value.items() if name in NEEDED}
    return [_needed(part) for part in value] if isinstance(value, list) else value


def _order_key(message: Message) -> str:
    """The id of the object; of a membership those of both its sides."""
    if message.kind.startswith("organizationMembership."):
        organization = message.about["organization"]["id"]
        return f"{organization}/{message.about['public_user_data']['user_id']}"
    return str(message.about["id"])


def _effect_of(message: Message) -> Effect | None:
    """What the message changes, read but not done yet; None if nothing."""
    read = EFFECTS.get(message.kind)
    try:
        return read(message) if read else None
    except (LookupError, TypeError, ValueError, AttributeError) as flaw:
        raise InvalidMessage from flaw


def _header(headers: Mapping[str, str], part: str) -> str:
    """The header by Svix's name or by the standard one; "" without both."""
    return headers.get(f"svix-{part}") or headers.get(f"webhook-{part}", "")


def _is_signed(body: bytes, sent: dict[str, str], secret: str) -> bool:
    try:
        Webhook(secret).verify(body, sent, json_parse=False)
    # The library raises various errors for malformed signatures and secrets.
    except (WebhookVerificationError, EmptyWebhookSecretError, ValueError, TypeError):
        return False
    return True


def _person_changed(message: Message) -> Effect:
    return partial(follow_person, profile=_profile(message.about), at=message.at)


def _person_deleted(message: Message) -> Effect:
    return partial(delete_external_person, external_id=_id(message.about["id"]), at=message.at)


def _organization_changed(message: Message) -> Effect:
    founder_id = message.about.get("created_by")
    founder = Profile(id=_id(founder_id)) if founder_id else None
    organization = _organization(message.about)

    def effect() -> None:
        person = find_or_register_person(profile=founder) if founder else None
        follow_organization(organization=organization, founder=person, at=message.at)

    return effect


def _organization_deleted(message: Message) -> Effect:
    return partial(close_organization, organization=_organization(message.about), at=message.at)


def _member_changed(message: Message) -> Effect:
    profile = Profile(id=_id(message.about["public_user_data"]["user_id"]))
    organization = _organization(message.about["organization"])
    role = str(message.about["role"]).removeprefix("org:")

    def effect() -> None:
        person = find_or_register_person(profile=profile)
        if person is not None:
            add_organization_member(
                person=person, organization=organization, role=role, at=message.at, is_news=True
            )

    return effect


def _member_removed(message: Message) -> Effect:
    who = _id(message.about["public_user_data"]["user_id"])
    organization = _organization(message.about["organization"])

    def effect() -> None:
        person = User.objects.filter(external_id=who).first()
        remove_organization_member(
            person=person, person_id=who, organization=organization, at=message.at
        )

    return effect


EFFECTS: dict[str, Callable[[Message], Effect]] = {
    "user.created": _person_changed,
    "user.updated": _person_changed,
    "user.deleted": _person_deleted,
    "organization.created": _organization_changed,
    "organization.updated": _organization_changed,
    "organization.deleted": _organization_deleted,
    "organizationMembership.created": _member_changed,
    "organizationMembership.updated": _member_changed,
    "organizationMembership.deleted": _member_removed,
}


def _profile(about: Mapping[str, Any]) -> Profile:
    """The profile in a user of Clerk's API; its address only if it is primary and verified."""
    primary = about.get("primary_email_address_id")
    verified = [
        str(address["email_address"])
        for address in about.get("email_addresses") or ()
        if address["id"] == primary and (address["verification"] or {}).get("status") == "verified"
    ]
    names = (about.get("first_name"), about.get("last_name"))
    return Profile(
        id=_id(about["id"]),
        email=verified[0].lower()[:254] if verified else "",
        name=" ".join(filter(None, names))[:200],
        avatar_url=str(about.get("image_url") or "")[:2000],
    )


def _organization(about: Mapping[str, Any]) -> Organization:
    return Organization(
        id=_id(about["id"]),
        name=str(about.get("name") or "")[:120],
        image_url=str(about.get("image_url") or "")[:500],
    )


def _id(value: Any) -> str:
    if not isinstance(value, str) or not ID.fullmatch(value):
        raise TypeError(value)
    return value
