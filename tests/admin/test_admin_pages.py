"""Every page of the admin opens, and a long list costs what a short one does."""

from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.admin.desk import Desk, list_of, page_of
from tests.admin.world import fill

REGISTERED = [model for model in apps.get_models() if admin.site.is_registered(model)]
THEIRS = ("account", "socialaccount", "mfa", "usersessions", "sites")
OURS = [model for model in REGISTERED if model._meta.app_label not in THEIRS]


def called(model: type[Model]) -> str:
    return model._meta.label


every_model = pytest.mark.parametrize("model", REGISTERED, ids=called)


@pytest.fixture
def world(db: None) -> None:
    fill()


@every_model
def test_list_opens(world: None, desk: Desk, model: type[Model]) -> None:
    page = desk.get(list_of(model))

    assert page.status_code == 200
    assert len(page.context["cl"].result_list) >= 3


@every_model
def test_list_can_be_searched(world: None, desk: Desk, model: type[Model]) -> None:
    assert desk.get(list_of(model), {"q": "engine"}).status_code == 200


@every_model
def test_page_of_a_row_opens(world: None, desk: Desk, model: type[Model]) -> None:
    row = model._default_manager.order_by("pk")[0]

    assert desk.get(page_of(row)).status_code == 200
    assert desk.get(page_of(row, "history")).status_code == 200


@every_model
def test_page_of_a_new_row_opens_or_is_refused(desk: Desk, model: type[Model]) -> None:
    may_add = admin.site.get_model_admin(model).has_add_permission(request_of(desk))
    page = desk.get(f"{list_of(model)}add/")

    assert page.status_code == (200 if may_add else 403)


@pytest.mark.parametrize("model", OURS, ids=called)
def test_list_costs_the_same_for_one_row_and_for_three(
    world: None, desk: Desk, model: type[Model], monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.get(list_of(model))

    def cost(rows: int) -> int:
        monkeypatch.setattr(admin.site.get_model_admin(model), "list_per_page", rows)
        with CaptureQueriesContext(
            connection,
        ) as queries:
            page = desk.get(list_of(model))
        assert len(page.context["cl"].result_list) == rows
        return len(queries)

    assert cost(3) == cost(1)


@pytest.mark.parametrize("path", ["index", "password_change"])
def test_pages_beside_the_models_open(desk: Desk, path: str) -> None:
    assert desk.get(reverse(f"admin:{path}")).status_code == 200


def test_the_sidebar_leads_to_every_model_of_ours(desk: Desk) -> None:
    groups = desk.get(reverse("admin:index")).context["sidebar_navigation"]

    links = {str(item["link"]) for group in groups for item in group["items"]}
    assert links == {list_of(model) for model in OURS}


def request_of(desk: Desk) -> Any:
    page: Any = desk.get(reverse("admin:index"))
    return page.wsgi_request
