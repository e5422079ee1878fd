"""People, and the queries that find them."""

from typing import Any, ClassVar, Self

from django.conf import settings
from django.contrib.auth.models import AbstractBaseUser, BaseUserManager, PermissionsMixin
from django.core.exceptions import ValidationError
from django.db import models
from django.db.models.functions import Lower

from accounts.passwords import LONGEST_PASSWORD, canonical
from core.actor import Asking, bound_workspaces, person_in
from core.days import time_zones
from core.models import LockingQuerySet, VersionedRow, as_uuid, public_id


def check_time_zone(value: str) -> None:
    """Accept the names of the IANA time zone database only."""
    if value not in time_zones():
        message = "Not the name of a time zone, such as Europe/Berlin."
        raise ValidationError(message, code="unknown_time_zone")


class PersonQuerySet(LockingQuerySet):
    def active(self) -> Self:
        return self.filter(is_active=True, deleted_at=None)

    def registered_as(self, *emails: str) -> Self:
        """The active people with these addresses, in any case, verified or not."""
        wanted = [email.strip().lower() for email in emails]
        return self.active().alias(address=Lower("email")).filter(address__in=wanted)

    def locked_first(self) -> Any:
        """Lock and return the first of them; None if there is none."""
        return self.select_for_update(no_key=True, of=("self",)).first()

    def by_address(self, *emails: str) -> Self:
        """The active people with these addresses; verified ones, if the settings require that."""
        found = self.registered_as(*emails)
        if settings.EMAIL_VERIFICATION == "mandatory":
            proved = {"emailaddress__verified": True, "emailaddress__email": models.F("address")}
            return found.filter(**proved)
        return found

    def with_public_id(self, *values: str) -> Self:
        """The people with one of these ids, our UUID or the identity provider's id."""
        own = [pk for value in values if (pk := as_uuid(value))]
        return self.filter(models.Q(pk__in=own) | models.Q(external_id__in=values))

    def visible_to(self, asking: Asking) -> Self:
        """The person asking, and all who share a workspace with them."""
        me = person_in(asking)
        shared = models.Q(memberships__workspace__memberships__user=me)
        bound = bound_workspaces(asking)
        if bound is not None:
            shared &= models.Q(memberships__workspace__in=bound)
        colleagues = self.model.objects.filter(shared)
        return self.alive().filter(models.Q(pk__in=colleagues.values("pk")) | models.Q(pk=me))


class People(BaseUserManager["User"].from_queryset(PersonQuerySet)):  # type: ignore[misc] # mypy knows no computed base
    """A named class, because migrations refer to it."""

    use_in_migrations = True

    @classmethod
    def normalize_email(cls, email: str | None) -> str:
        """Lower case throughout, as allauth looks addresses up."""
        return (email or "").strip().lower()

    def create_user(self, email: str, password: str | None = None, **fields: Any) -> "User":
        user: User = self.model(email=self.normalize_email(email), **fields)
        user.set_password(password)
        user.save(using=self._db)
        return user

    def create_superuser(self, email: str, password: str | None = None, **fields: Any) -> "User":
        return self.create_user(email, password, is_staff=True, is_superuser=True, **fields)


class User(VersionedRow, AbstractBaseUser, PermissionsMixin):
    """A person; `external_id` is set when an identity provider created them."""

    email = models.EmailField(unique=True)
    name = models.CharField(max_length=200, blank=True)
    avatar_url = models.URLField(max_length=2000, blank=True)
    time_zone = models.CharField(max_length=64, default="UTC", validators=[check_time_zone])
    external_id = models.CharField(
        max_length=64, unique=True, null=True, blank=True, editable=False
    )
    public_id = public_id("external_id")
    is_active = models.BooleanField(default=True)
    is_staff = models.BooleanField(default=False)
    deleted_at = models.DateTimeField(null=True, blank=True, editable=False)
    enrolment_approved_until = models.DateTimeField(
        "first second factor approved until", null=True, blank=True, editable=False
    )

    USERNAME_FIELD = "email"
    EMAIL_FIELD = "email"
    REQUIRED_FIELDS: ClassVar[list[str]] = []

    objects = People()

    class Meta:
        verbose_name = "person"
        verbose_name_plural = "people"
        constraints: ClassVar = [
            models.UniqueConstraint(Lower("email"), name="email_once_whatever_its_case")
        ]

    def __str__(self) -> str:
        return self.name or self.email

    def set_password(self, raw_password: str | None) -> None:
        super().set_password(canonical(raw_password))

    def check_password(self, raw_password: str | None) -> bool:
        """Also hashes a password that is too long, so that the time is that of any wrong one."""
        typed = raw_password and raw_password[:LONGEST_PASSWORD]
        return super().check_password(canonical(typed)) and typed == raw_password

    def get_full_name(self) -> str:
        return self.name

    def get_short_name(self) -> str:
        return self.name.split(" ", 1)[0]
