"""Every field of every body has a limit, which is asked before the field sees its value."""

from collections.abc import Iterator
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.forms import CharField
from django.test import RequestFactory
from django.urls import reverse
from rest_framework import serializers

from accounts.models import User
from core.api.fields import Input
from tasks.models import Task
from tests.admin.desk import Desk, errors_of, page_of
from tests.admin.test_admin_pages import THEIRS
from tests.support.cast import Cast, client_of
from tests.support.staff import sign_in_staff

LONGEST_TEXT = 50_000
OPEN_ENDED = (serializers.JSONField, serializers.FileField)


def inputs(kind: type[Any] = Input) -> Iterator[type[Any]]:
    for child in kind.__subclasses__():
        yield child
        yield from inputs(child)


def leaves(field: Any, path: str) -> Iterator[tuple[str, Any]]:
    yield path, field
    for name, inner in getattr(field, "fields", {}).items():
        yield from leaves(inner, f"{path}.{name}")
    if hasattr(field, "child"):
        yield from leaves(field.child, f"{path}[]")


def every_field() -> list[tuple[str, Any]]:
    return [found for kind in inputs() for found in leaves(kind(), kind.__name__)]


def test_every_text_and_every_list_of_a_body_has_a_limit() -> None:
    found = every_field()
    limited = (serializers.CharField, serializers.ListField)
    limits = {path: field.max_length or 0 for path, field in found if isinstance(field, limited)}
    assert len(limits) > 40
    assert [path for path, most in limits.items() if not 0 < most <= LONGEST_TEXT] == []
    # The file of a form, which is as large as config/uploads.py says, and JSON that is measured.
    open_ended = {path for path, field in found if isinstance(field, OPEN_ENDED)}
    files = {"NewFile.file", "SentImportFile.file"}
    assert open_ended == {*files, "Collaboration.data", "NewJob.payload"}


class Recorder(serializers.CharField):
    """Fails the test when it is shown a value."""

    def run_validation(self, data: Any = serializers.empty) -> Any:
        raise AssertionError(f"{str(data)[:20]} was read")


class Nested(serializers.Serializer[Any]):
    text = Recorder(max_length=10)


class Body(Input):
    text = Recorder(max_length=10)
    nested = Nested()
    several = serializers.ListField(child=Recorder(max_length=10), max_length=3)
    one_of = serializers.MultipleChoiceField(choices=["a"])
    day = serializers.DateField()


@pytest.mark.parametrize(
    ("body", "about"),
    [
        ({"text": "x" * 11}, {"text"}),
        ({"text": " " * 11}, {"text"}),
        ({"text": ["x"]}, {"text"}),
        ({"nested": {"text": "x" * 11}}, {"nested"}),
        ({"several": ["x"] * 4}, {"several"}),
        ({"several": ["x", "x" * 11]}, {"several"}),
        ({"several": [["x"]]}, {"several"}),
        ({"one_of": ["a"] * 101}, {"one_of"}),
        ({"one_of": ["a" * 101]}, {"one_of"}),
        ({"day": "2" * 101}, {"day"}),
        ({"day": {"x": 1}}, {"day"}),
        ({str(n): n for n in range(201)}, {"non_field_errors"}),
    ],
)
def test_sizes_are_checked_before_any_field_is_read(body: dict[str, Any], about: set[str]) -> None:
    read = Body(data=body)
    assert not read.is_valid()
    assert set(read.errors) == about


def test_a_long_key_is_ignored(cast: Cast) -> None:
    body = {"name": "New", "N" * 500_000: 1}
    client_of(cast.ada).ask("PATCH", f"/api/workspaces/{cast.workspace.pk}", body)


def test_every_text_of_our_admin_has_a_limit(db: None) -> None:
    request = RequestFactory().get(reverse("admin:index"))
    request.user = User(is_superuser=True, is_staff=True, is_active=True)
    fields = {
        f"{model._meta.label}.{name}": field
        for model in apps.get_models()
        if model._meta.app_label not in THEIRS
        and admin.site.is_registered(model)
        and (site := admin.site.get_model_admin(model))
        if site.has_add_permission(request) or site.has_change_permission(request)
        for name, field in site.get_form(request)().fields.items()
    }
    texts = {name: field for name, field in fields.items() if isinstance(field, CharField)}
    assert len(texts) > 10
    too_long = {n for n, field in texts.items() if not 0 < (field.max_length or 0) <= LONGEST_TEXT}
    assert too_long == set()


@pytest.fixture
def desk(db: None) -> Desk:
    browser = Desk()
    sign_in_staff(browser, User.objects.create_superuser("root@example.com", "correct horse"))
    return browser


@pytest.mark.parametrize("path", ["admin:tasks_task_changelist", "admin:accounts_user_changelist"])
def test_staff_do_not_search_for_whole_texts(desk: Desk, path: str) -> None:
    assert desk.get(reverse(path), {"q": "a " * 50}).status_code == 200
    assert desk.get(reverse(path), {"q": "a " * 51}).status_code == 400


def test_staff_are_told_which_text_is_too_long(desk: Desk, task: Task) -> None:
    page = desk.submit(page_of(task), title="x" * 256, description="x" * 50_000)
    told = {name: [str(s) for s in sentences] for name, sentences in errors_of(page).items()}
    assert told == {"title": ["Ensure this value has at most 255 characters (it has 256)."]}


def test_staff_send_no_text_longer_than_the_longest_field(desk: Desk, task: Task) -> None:
    assert desk.submit(page_of(task), anything="x" * 50_001).status_code == 400


def test_strangers_send_no_large_body_to_the_admin(desk: Desk) -> None:
    large = {"text": "x" * 70_000}
    assert Desk().post(reverse("admin:index"), large).status_code == 413
    assert desk.post(reverse("admin:index"), {"text": "x" * 50_001}).status_code == 400
    assert desk.post(reverse("admin:index"), {"text": "x" * 2_000_000}).status_code == 413
