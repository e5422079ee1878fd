"""Every page of the admin opens as strict as it should; a long list costs what a short one does."""

import re
from functools import cache
from http import HTTPStatus
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.staticfiles import finders
from django.db import connection
from django.db.models import Model
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from tests.admin.desk import Desk, add_page_of, list_of, page_of
from tests.admin.page_policy import OF_THE_ADMIN, assert_strict
from tests.admin.world import fill

REGISTERED = [model for model in apps.get_models() if admin.site.is_registered(model)]
THEIRS = ("account", "socialaccount", "mfa", "usersessions", "sites")
OURS = [model for model in REGISTERED if model._meta.app_label not in THEIRS]
STATIC_FILE = re.compile(r'(?:src|href)="/static/([^"#?]+)')
ALL_OPEN = {model._meta.label: 200 for model in REGISTERED}


@pytest.fixture
def filled(db: None) -> None:
    fill()


def opened(desk: Desk, path: str, **query: str) -> Any:
    """The page, which runs scripts of this server's files only, and names files that exist."""
    page = desk.get(path, query)
    if page.status_code == HTTPStatus.OK:
        assert_strict(page, OF_THE_ADMIN)
        named = set(STATIC_FILE.findall(page.content.decode()))
        assert named
        assert {name for name in named if not is_there(name)} == set(), path
    return page


@cache
def is_there(name: str) -> bool:
    """Whether `collectstatic` would collect it."""
    return finders.find(name) is not None


def statuses(pages: dict[type[Model], Any]) -> dict[str, int]:
    return {model._meta.label: page.status_code for model, page in pages.items()}


@pytest.mark.usefixtures("filled")
def test_every_list_opens_at_the_same_cost_for_one_row_and_for_three(
    desk: Desk, monkeypatch: pytest.MonkeyPatch
) -> None:
    desk.get(list_of(OURS[0]))
    queries: dict[int, dict[str, int]] = {1: {}, 3: {}}
    for rows, costs in queries.items():
        pages = {}
        for model in REGISTERED if rows == 3 else OURS:
            monkeypatch.setattr(admin.site.get_model_admin(model), "list_per_page", rows)
            with CaptureQueriesContext(connection) as captured:
                pages[model] = (opened if rows == 3 else Desk.get)(desk, list_of(model))
            costs[model._meta.label] = len(captured)
        assert set(statuses(pages).values()) == {200}, statuses(pages)
        shown = {m._meta.label: len(page.context["cl"].result_list) for m, page in pages.items()}
        fewer = {label for label, found in shown.items() if found != rows}
        assert not fewer, f"{fewer}: make three of each in tests/admin/world.py"
    assert queries[1] == {label: queries[3][label] for label in queries[1]}


@pytest.mark.usefixtures("filled")
def test_every_list_with_a_search_can_be_searched(desk: Desk) -> None:
    searched = [model for model in REGISTERED if admin.site.get_model_admin(model).search_fields]
    assert len(searched) > 15
    pages = {model: desk.get(list_of(model), {"q": "a-1"}) for model in searched}
    assert set(statuses(pages).values()) == {200}, statuses(pages)


@pytest.mark.usefixtures("filled")
def test_every_page_of_a_row_opens(desk: Desk) -> None:
    rows = {model: model._default_manager.order_by("pk")[0] for model in REGISTERED}
    pages = {model: opened(desk, page_of(row)) for model, row in rows.items()}
    assert statuses(pages) == ALL_OPEN


@pytest.mark.usefixtures("filled")
def test_the_history_of_a_row_opens_by_each_code_that_shows_one(desk: Desk) -> None:
    shown_by = {code_of_history(admin.site.get_model_admin(model)): model for model in REGISTERED}
    rows = {model: model._default_manager.order_by("pk")[0] for model in shown_by.values()}
    assert len(rows) > 5
    pages = {model: opened(desk, page_of(row, "history")) for model, row in rows.items()}
    assert set(statuses(pages).values()) == {200}, statuses(pages)


def code_of_history(site: Any) -> Any:
    """What a row's history depends on, besides the row."""
    names = ["history_view", "get_object", "get_queryset", "has_view_or_change_permission"]
    names += ["has_view_permission", "has_change_permission"]
    return site.object_history_template, *(getattr(type(site), name) for name in names)


def test_every_page_of_a_new_row_opens_or_is_refused(desk: Desk) -> None:
    request = opened(desk, reverse("admin:index")).wsgi_request
    sites = {model: admin.site.get_model_admin(model) for model in REGISTERED}
    wanted = {
        model._meta.label: 200 if site.has_add_permission(request) else 403
        for model, site in sites.items()
    }
    pages = {model: opened(desk, add_page_of(model)) for model in REGISTERED}

    assert statuses(pages) == wanted


def test_pages_beside_the_models_open(desk: Desk) -> None:
    assert desk.get(reverse("admin:index")).status_code == 200
    page = desk.get(reverse("admin:password_change"), follow=True)
    assert (page.status_code, page.redirect_chain) == (200, [("/accounts/password/change/", 302)])


def test_rows_have_an_english_plural() -> None:
    plurals = [str(model._meta.verbose_name_plural) for model in OURS]
    wrong = [plural for plural in plurals if re.search(r"([^aeiou]y|[sxz]|ch|sh)s$", plural)]
    assert not wrong, f"{wrong}: Django only adds an “s”; set `verbose_name_plural`"


def test_the_sidebar_leads_to_every_model_of_ours(desk: Desk) -> None:
    groups = desk.get(reverse("admin:index")).context["sidebar_navigation"]

    links = {str(item["link"]) for group in groups for item in group["items"]}
    unequal = links ^ {reverse("mail_kinds"), *(list_of(model) for model in OURS)}
    assert not unequal, f"{unequal}: give each model a line in config/settings/admin.py"
