"""Staff with every permission but that of a superuser: no page of the admin makes them more."""

from contextlib import suppress
from http import HTTPStatus
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.socialaccount.models import SocialAccount, SocialApp
from allauth.usersessions.models import UserSession
from django.apps import apps
from django.contrib import admin
from django.contrib.auth.models import Group, Permission
from django.contrib.sites.models import Site
from django.db.models import BooleanField, ForeignKey, IntegerField, ManyToManyField, Model
from django.test import RequestFactory
from django.urls import NoReverseMatch, reverse
from django_celery_beat import models as beat

from accounts.models import User
from accounts.services.people import NotASuperuser, change_access
from identity.models import PersonalToken
from tests.admin.desk import Desk, add_page_of, fields_of, list_of, page_of
from tests.admin.world import fill
from tests.support.actors import by
from tests.support.cast import person
from tests.support.staff import sign_in_staff

ROWS_OF_IDENTITY: list[Any] = [
    User.groups.through,
    User.user_permissions.through,
    Group,
    Group.permissions.through,
    EmailAddress,
    Authenticator,
    SocialAccount,
    SocialApp,
    Site,
    UserSession,
    beat.PeriodicTask,
    beat.IntervalSchedule,
    beat.CrontabSchedule,
    beat.ClockedSchedule,
    beat.SolarSchedule,
]
OF_A_PERSON = ("id", "email", "password", "is_staff", "is_superuser", "external_id")
OF_A_TOKEN = ("id", "user_id", "digest", "scopes", "workspace_ids", "expires_at")
UNREACHED = ["account.emailaddress", "socialaccount.socialapp", "sites.site", "sessions.session"]


def who_may_what() -> dict[str, list[dict[str, Any]]]:
    """Everything that tells people apart, lets them in or gives them rights."""
    found = {
        model.__name__: list(model.objects.order_by("pk").values()) for model in ROWS_OF_IDENTITY
    }
    found["User"] = list(User.objects.order_by("pk").values(*OF_A_PERSON))
    found["PersonalToken"] = list(PersonalToken.objects.order_by("pk").values(*OF_A_TOKEN))
    found["staff"] = list(User.objects.filter(is_staff=True).values("id", "name", "is_active"))
    return found


@pytest.fixture
def filled(db: None) -> None:
    fill()


@pytest.fixture
def clerk(db: None) -> User:
    """Staff with all permissions there are, also those of a group."""
    clerk = User.objects.create_user("clerk@example.com", "correct horse", is_staff=True)
    clerk.user_permissions.set(Permission.objects.all())
    clerk.groups.add(Group.objects.create(name="Clerks"))
    return clerk


def hostile(model: type[Model], clerk: User) -> dict[str, Any]:
    """A value for every field the model has, shown on its page or not."""
    return {
        field.name: _value(field, clerk)
        for field in [*model._meta.concrete_fields, *model._meta.many_to_many]
    }


def _value(field: Any, clerk: User) -> Any:
    if isinstance(field, ManyToManyField):
        return [str(row.pk) for row in field.related_model._default_manager.all()[:50]]
    if isinstance(field, ForeignKey):
        rows = field.related_model._default_manager.all()
        return (
            str(clerk.pk) if field.related_model is User else str(getattr(rows.first(), "pk", ""))
        )
    if isinstance(field, BooleanField):
        return "on"
    return "7" if isinstance(field, IntegerField) else "evil@example.com"


def attack(desk: Desk, model: type[Model], row: Model, values: dict[str, Any]) -> None:
    """Change, add and delete through the pages, and every action on the list."""
    # Where nothing may be changed, no form is read, whatever it holds.
    if desk.post(page_of(row), {}).status_code != HTTPStatus.FORBIDDEN:
        page = desk.get(page_of(row))
        shown = fields_of(page) if "adminform" in (page.context or {}) else {}
        desk.post(page_of(row), shown | values)
        desk.post(page_of(row), shown | {"is_superuser": "on", "is_staff": "on", "verified": "on"})
    desk.post(add_page_of(model), values)
    request = RequestFactory().get("/")
    request.user = User(is_superuser=True, is_staff=True, is_active=True)
    for action in admin.site.get_model_admin(model).get_actions(request):
        chosen = {"action": action, "_selected_action": [str(row.pk)]}
        desk.post(list_of(model), chosen | {"post": "yes", "confirmed": "yes"})
    desk.post(page_of(row, "delete"), {"post": "yes"})


@pytest.mark.usefixtures("filled")
def test_no_page_makes_staff_more_than_they_are(clerk: User) -> None:
    root = User.objects.create_superuser("root@example.com", "correct horse")
    desk = Desk()
    sign_in_staff(desk, clerk)
    before = who_may_what()

    for model in [model for model in apps.get_models() if admin.site.is_registered(model)]:
        rows = [root, clerk, User.objects.get(email="owner1@example.com")]
        for row in rows if model is User else model._default_manager.order_by("pk")[:1]:
            attack(desk, model, row, hostile(model, clerk))

    assert desk.get(reverse("admin:index")).status_code == 200
    assert who_may_what() == before


@pytest.mark.usefixtures("filled")
def test_the_same_attack_by_a_superuser_does_change_things(clerk: User) -> None:
    root = User.objects.create_superuser("root@example.com", "correct horse")
    desk = Desk()
    sign_in_staff(desk, root)
    desk.submit(page_of(clerk), is_superuser="on")
    clerk.refresh_from_db()
    assert clerk.is_superuser

    for model in (User, Group, beat.PeriodicTask):
        row = clerk if model is User else model._default_manager.order_by("pk")[0]
        attack(desk, model, row, hostile(model, clerk))

    clerk.refresh_from_db()
    assert clerk.deleted_at is not None
    assert Group.objects.count() == 4
    assert not beat.PeriodicTask.objects.filter(name="Sweep 0").exists()


def test_rows_of_libraries_have_no_page_to_write_them(desk: Desk) -> None:
    statuses = set()
    for label in UNREACHED:
        with suppress(NoReverseMatch):
            path = reverse(f"admin:{label.replace('.', '_')}_add")
            statuses.add(desk.post(path, {}).status_code)
    assert statuses == {403}


def test_staff_may_look_where_they_may_not_write(clerk: User) -> None:
    desk = Desk()
    sign_in_staff(desk, clerk)
    pages = [list_of(model) for model in (Group, EmailAddress, beat.PeriodicTask)]

    assert [desk.get(page).status_code for page in pages] == [200] * 3


def test_only_superusers_change_who_is_staff(clerk: User) -> None:
    root = User.objects.create_superuser("root@example.com", "correct horse")
    owner, other = person("owner"), person("other")
    for somebody, access in (
        (owner, {"is_staff": True}),
        (clerk, {"is_superuser": True}),
        (root, {"is_active": False}),
    ):
        with pytest.raises(NotASuperuser):
            change_access(actor=by(clerk), person=somebody, **access)

    assert change_access(actor=by(root), person=owner, is_staff=True).is_staff
    assert not change_access(actor=by(clerk), person=other, is_active=False).is_active
