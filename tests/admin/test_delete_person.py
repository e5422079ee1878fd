"""Deleting people in the admin."""

from django.contrib.admin.models import LogEntry
from django.contrib.auth.models import Permission

from accounts.models import User
from tests.admin.desk import Desk, page_of, told
from tests.support.cast import Cast


def test_delete_person_asks_first(desk: Desk, cast: Cast) -> None:
    page = desk.act("delete_people", cast.moe)
    assert "moe@example.com" in page.content.decode()
    assert User.objects.active().filter(pk=cast.moe.pk).exists()


def test_delete_person_blanks_them(desk: Desk, cast: Cast, root: User) -> None:
    page = desk.act("delete_people", cast.moe, confirmed="Delete")
    assert told(page) == ["Deleted: 1."]
    cast.moe.refresh_from_db()
    assert (cast.moe.name, cast.moe.is_active) == ("Deleted user", False)
    entry = LogEntry.objects.get(object_id=str(cast.moe.pk))
    assert (entry.user, entry.object_repr) == (root, "Deleted user")
    assert desk.post(page_of(cast.moe), {"name": "Moe"}).status_code == 403


def test_delete_people_all_or_none(desk: Desk, cast: Cast) -> None:
    page = desk.act("delete_people", cast.moe, cast.ada, confirmed="Delete")
    [refusal] = told(page)
    assert refusal.startswith("The person owns workspaces other people belong to.")
    assert refusal.endswith("(Analytical Engines)")
    assert User.objects.active().filter(pk__in=[cast.moe.pk, cast.ada.pk]).count() == 2


def test_delete_person_is_for_superusers(desk: Desk, cast: Cast) -> None:
    clerk = User.objects.create_user("c@example.com", is_staff=True)
    names = ("view_user", "change_user", "delete_user")
    clerk.user_permissions.set(Permission.objects.filter(codename__in=names))
    desk.force_login(clerk)
    desk.act("delete_people", cast.moe, confirmed="Delete")
    assert User.objects.active().filter(pk=cast.moe.pk).exists()
