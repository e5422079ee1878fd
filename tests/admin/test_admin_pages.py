"""Every page of the admin opens, and a long list costs what a short one does."""

import pytest
from django.apps import apps
from django.contrib import admin
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.admin.desk import Desk, add_page_of, list_of, page_of
from tests.admin.world import fill

REGISTERED = [model for model in apps.get_models() if admin.site.is_registered(model)]
THEIRS = ("account", "socialaccount", "mfa", "usersessions", "sites")
OURS = [model for model in REGISTERED if model._meta.app_label not in THEIRS]
ALL_OPEN = {model._meta.label: 200 for model in REGISTERED}


@pytest.fixture
def filled(db: None) -> None:
    fill()


@pytest.mark.usefixtures("filled")
def test_every_list_opens(desk: Desk) -> None:
    pages = {model._meta.label: desk.get(list_of(model)) for model in REGISTERED}

    assert {label: page.status_code for label, page in pages.items()} == ALL_OPEN
    shown = {label: len(page.context["cl"].result_list) for label, page in pages.items()}
    assert {label for label, rows in shown.items() if rows < 3} == set()


@pytest.mark.usefixtures("filled")
def test_every_list_can_be_searched(desk: Desk) -> None:
    pages = {model._meta.label: desk.get(list_of(model), {"q": "a-1"}) for model in REGISTERED}

    assert {label: page.status_code for label, page in pages.items()} == ALL_OPEN


@pytest.mark.usefixtures("filled")
@pytest.mark.parametrize("view", ["change", "history"])
def test_every_page_of_a_row_opens(desk: Desk, view: str) -> None:
    rows = {model._meta.label: model._default_manager.order_by("pk")[0] for model in REGISTERED}

    answers = {label: desk.get(page_of(row, view)).status_code for label, row in rows.items()}
    assert answers == ALL_OPEN


def test_every_page_of_a_new_row_opens_or_is_refused(desk: Desk) -> None:
    request = desk.get(reverse("admin:index")).wsgi_request
    sites = {model: admin.site.get_model_admin(model) for model in REGISTERED}
    wanted = {
        model: 200 if site.has_add_permission(request) else 403 for model, site in sites.items()
    }

    assert {model: desk.get(add_page_of(model)).status_code for model in REGISTERED} == wanted


@pytest.mark.usefixtures("filled")
def test_every_list_costs_the_same_for_one_row_and_for_three(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.get(list_of(OURS[0]))

    def cost(model: type[Model], rows: int) -> int:
        monkeypatch.setattr(admin.site.get_model_admin(model), "list_per_page", rows)
        with CaptureQueriesContext(connection) as queries:
            page = desk.get(list_of(model))
        assert len(page.context["cl"].result_list) == rows
        return len(queries)

    costs = {model._meta.label: (cost(model, 3), cost(model, 1)) for model in OURS}
    assert {label: pair for label, pair in costs.items() if pair[0] != pair[1]} == {}


def test_pages_beside_the_models_open(desk: Desk) -> None:
    assert desk.get(reverse("admin:index")).status_code == 200
    page = desk.get(reverse("admin:password_change"), follow=True)
    assert (page.status_code, page.redirect_chain) == (200, [("/accounts/password/change/", 302)])


def test_the_sidebar_leads_to_every_model_of_ours(desk: Desk) -> None:
    groups = desk.get(reverse("admin:index")).context["sidebar_navigation"]

    links = {str(item["link"]) for group in groups for item in group["items"]}
    assert links == {list_of(model) for model in OURS}
