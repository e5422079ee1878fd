"""People in Django admin."""

import pytest
from django.contrib.auth.models import Permission
from django.test import Client

from accounts.models import User
from tests.support.sign_in import bearing
from tests.support.signing import access_token_for
from tests.support.staff import sign_in_staff

FORM = {"name": "Grace Hopper", "avatar_url": "", "time_zone": "UTC", "is_active": "on"}


@pytest.fixture
def root(db: None) -> User:
    return User.objects.create_superuser("root@example.com")


@pytest.fixture
def clerk(db: None) -> User:
    """Staff who may edit people, but is no superuser."""
    clerk = User.objects.create_user("clerk@example.com", is_staff=True)
    names = ("view_user", "change_user")
    clerk.user_permissions.set(Permission.objects.filter(codename__in=names))
    return clerk


def edit(client: Client, editor: User, person: User, **changes: str | None) -> User:
    sign_in_staff(client, editor)
    form = {key: value for key, value in {**FORM, **changes}.items() if value is not None}
    response = client.post(f"/admin/accounts/user/{person.pk}/change/", form)
    assert response.status_code == 302
    person.refresh_from_db()
    return person


def test_edit_person_changes_the_profile_once(client: Client, root: User, grace: User) -> None:
    edited = edit(client, root, grace, name="Rear Admiral", time_zone="Europe/Berlin")

    assert (edited.name, edited.time_zone, edited.version) == ("Rear Admiral", "Europe/Berlin", 2)


def test_edit_person_keeps_the_password(client: Client, root: User, grace: User) -> None:
    before = grace.password
    assert edit(client, root, grace, name="X").password == before

    page = client.get(f"/admin/accounts/user/{grace.pk}/change/").content.decode()
    assert grace.password not in page


def test_edit_person_deactivates_at_once(client: Client, root: User, grace: User) -> None:
    token = access_token_for(grace)

    edit(client, root, grace, is_active=None)

    assert bearing(token).get("/api/auth/me").status_code == 401


def test_edit_person_hands_out_powers_only_as_superuser(
    client: Client, root: User, clerk: User
) -> None:
    powers = {"name": "Clerk", "is_staff": "on", "is_superuser": "on"}
    sign_in_staff(client, clerk)
    refused = client.post(f"/admin/accounts/user/{clerk.pk}/change/", {**FORM, **powers})
    clerk.refresh_from_db()

    assert (refused.status_code, clerk.is_superuser) == (403, False)
    assert edit(client, root, clerk, **powers).is_superuser


def test_people_are_listed_and_found(client: Client, root: User, grace: User) -> None:
    sign_in_staff(client, root)

    assert "grace@example.com" in client.get("/admin/accounts/user/?q=hopper").content.decode()
