"""Reactions to sign-ins and to events about accounts."""

import time
from typing import Any

from allauth.account.signals import authentication_step_completed
from allauth.mfa.models import Authenticator
from allauth.mfa.signals import authentication_failed
from django.contrib.auth.signals import user_logged_in, user_login_failed
from django.db.models.signals import post_delete, post_save
from django.dispatch import receiver
from django.http import HttpRequest

from accounts.events import PersonDeleted
from accounts.models import User
from accounts.services.references import not_counted
from core.events import subscribe
from identity.events import AccountLinked, AccountUnlinked, EnrolmentApproved, PasswordChanged
from identity.services.access import end_access
from identity.services.mails import enqueue_notice
from identity.services.personal_tokens import revoke_tokens_of
from identity.services.publishing import (
    publish_added_factor,
    publish_failed_sign_in,
    publish_removed_factor,
    publish_sign_in,
)
from identity.services.session_store import PROOFS, SIGNED_IN_AT, newest_of_each_kind


@receiver(user_logged_in)
def note_sign_in(request: HttpRequest, **named: Any) -> None:
    """Record the time of the sign-in; all ways of signing in send this signal."""
    request.session[SIGNED_IN_AT] = time.time()


@receiver(user_logged_in)
def publish_finished_sign_in(request: HttpRequest, user: User, **named: Any) -> None:
    methods = (proof["method"] for proof in request.session.get(PROOFS, []))
    publish_sign_in(person=user, methods=methods)


@receiver(user_login_failed)
def publish_wrong_password(credentials: dict[str, Any], **named: Any) -> None:
    publish_failed_sign_in(email=str(credentials.get("email", "")))


@receiver(authentication_failed)
def publish_wrong_factor(user: User, **named: Any) -> None:
    publish_failed_sign_in(email=user.email)


@receiver(post_save, sender=Authenticator)
def publish_new_factor(instance: Any, created: Any, **named: Any) -> None:
    """Allauth's own signal comes after the commit, which may be the last that a process does."""
    if created:
        publish_added_factor(person=instance.user, kind=instance.type, factor_id=instance.pk)


@receiver(post_delete, sender=Authenticator)
def publish_deleted_factor(instance: Any, origin: Any, **named: Any) -> None:
    """Of a factor its person removes, not of all rows that go with an account or its codes."""
    if origin is instance:
        publish_removed_factor(person=instance.user, kind=instance.type, factor_id=instance.pk)


@receiver(authentication_step_completed)
def keep_the_newest_proofs(request: HttpRequest, **named: Any) -> None:
    request.session[PROOFS] = newest_of_each_kind(request.session[PROOFS])


@subscribe(PasswordChanged)
def mail_password_changed(event: PasswordChanged) -> None:
    enqueue_notice(event.person, "password_changed")


@subscribe(AccountLinked)
def mail_account_linked(event: AccountLinked) -> None:
    enqueue_notice(event.person, "account_linked", provider=event.provider, disowned=event.disowned)


@subscribe(AccountUnlinked)
def mail_account_unlinked(event: AccountUnlinked) -> None:
    enqueue_notice(event.person, "account_unlinked", provider=event.provider)


@subscribe(EnrolmentApproved)
def mail_enrolment_approved(event: EnrolmentApproved) -> None:
    enqueue_notice(event.person, "enrolment_approved")


@subscribe(PasswordChanged)
def revoke_personal_tokens(event: PasswordChanged) -> None:
    """After a recovery only, because somebody else may have had access to the account."""
    if event.recovered:
        revoke_tokens_of(actor=event.actor, person=event.person)


@subscribe(PersonDeleted)
def end_access_of_deleted(event: PersonDeleted) -> None:
    end_access(event.person, actor=event.actor)


not_counted("account.emailaddress.user")
