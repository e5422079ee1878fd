"""No field of a page is dear: allauth's pages for everybody, and the forms of the admin."""

from collections.abc import Iterator
from itertools import cycle
from typing import Any

import pytest
from django.contrib import admin
from django.forms import CharField
from django.test import Client as Browser
from django.urls import get_resolver, reverse

from accounts.models import User
from tests.admin.desk import Desk, add_page_of, fields_of, list_of
from tests.admin.test_admin_pages import OURS
from tests.core.odd_bodies import CONTENTS
from tests.core.test_methods import concrete
from tests.support.cast import Cast
from tests.support.costs import Ask, dear_among
from tests.support.staff import sign_in_staff
from tests.test_architecture import routes

FIELDS = (
    "login",
    "password",
    "password1",
    "password2",
    "oldpassword",
    "email",
    "code",
    "credential",
    "name",
    "next",
    "csrfmiddlewaretoken",
)
ROOM = 60_000
LARGEST = 1_000_000
LONGEST_TEXT = 50_000
OF_ANY_FIELD = ("marks", "digits", "spaces")
"""What dates, choices and numbers are filled with, too."""


def pages() -> list[str]:
    """Every page of allauth's that is served."""
    paths = [concrete(path) for path, _ in routes(get_resolver().url_patterns)]
    return [path for path in paths if path.startswith("/accounts/")]


def posting(browser: Browser, path: str, fields: dict[str, str]) -> Ask:
    kind = "multipart/form-data; boundary=x"
    parts = [
        f'--x\r\nContent-Disposition: form-data; name="{name}"\r\n\r\n{text}\r\n'
        for name, text in fields.items()
    ]
    body = "".join([*parts, "--x--\r\n"]).encode()
    return lambda: browser.generic("POST", path, body, content_type=kind)


def odd_posts(browser: Browser, path: str, ordinary: dict[str, str]) -> Iterator[tuple[str, Ask]]:
    others = cycle(CONTENTS.values())
    for name in FIELDS:
        content = CONTENTS["marks"] if "password" in name else next(others)
        text = content * (ROOM // len(content.encode()))
        yield f"{path} {name}={content}", posting(browser, path, {**ordinary, name: text})


@pytest.mark.parametrize("who", ["stranger", "signed in"])
def test_no_field_of_a_page_is_dear(cast: Cast, who: str) -> None:
    browser = Browser()
    if who == "signed in":
        sign_in_staff(browser, cast.ada)
    ordinary = {
        **dict.fromkeys(FIELDS, "ordinary"),
        "login": "ada@example.com",
        "email": "ada@example.com",
    }
    assert len(pages()) > 5
    dear: dict[str, float] = {}
    for path in pages():
        odd = odd_posts(browser, path, ordinary)
        dear |= dear_among(odd, posting(browser, path, ordinary))
    assert dear == {}


@pytest.fixture
def desk(db: None) -> Desk:
    browser = Desk()
    sign_in_staff(browser, User.objects.create_superuser("root@example.com", "correct horse"))
    return browser


def code_of(field: Any, form: Any, name: str) -> Any:
    """What reads a field: where it is the same, one field is as dear as the other."""
    rules = [getattr(rule, "__name__", type(rule).__name__) for rule in field.validators]
    patterns = [str(getattr(rule, "regex", "")) for rule in field.validators]
    cleaning = getattr(type(form), f"clean_{name}", None)
    return type(field), type(field.widget), cleaning, (*rules, *patterns)


def filled(page: Any, seen: set[Any], turn: int) -> Iterator[tuple[str, list[str]]]:
    """Contents and the fields they go to: all of them where code is new, else one in turn."""
    form = page.context["adminform"].form
    codes = {name: code_of(field, form, name) for name, field in form.fields.items()}
    texts = [name for name in codes if isinstance(form.fields[name], CharField)]
    any_field = [*fields_of(page)]
    for number, content in enumerate(CONTENTS):
        if texts and (turn % len(CONTENTS) == number or {*map(codes.get, texts)} - seen):
            yield content, texts
    for number, content in enumerate(OF_ANY_FIELD):
        if any_field and (turn % len(OF_ANY_FIELD) == number or {*codes.values()} - seen):
            yield content, any_field
    seen |= {*codes.values()}


def test_no_field_of_the_admin_is_dear(desk: Desk) -> None:
    dear: dict[str, float] = {}
    seen: set[Any] = set()
    for turn, model in enumerate(OURS):
        page = desk.get(path := add_page_of(model))
        if page.status_code != 200:
            continue
        ordinary = {name: str(value) for name, value in fields_of(page).items()}
        odd = (
            (f"{path} {name}", posting(desk, path, {**ordinary, **dict.fromkeys(names, text)}))
            for name, names in filled(page, seen, turn)
            for size in [min(LONGEST_TEXT, LARGEST // 3 // len(names))]
            for text in [(CONTENTS[name] * size)[:size]]
        )
        dear |= dear_among(odd, posting(desk, path, ordinary))
    assert len(seen) > 10
    assert dear == {}


def parameters(model: Any, seen: set[Any], turn: int) -> Iterator[str]:
    """All of them where code is new, else one in turn.

    A list that does not take the id is not shown, so the id is asked for alone.
    """
    site = admin.site.get_model_admin(model)
    code = type(model._meta.pk), type(site).get_search_results, bool(site.search_fields)
    texts = [{most: (content * most)[:most] for most in (100, 7000)} for content in ("a+", "9")]
    queries = [f"q={text[100]}&o={text[7000]}" for text in texts]
    queries += [f"id={text[7000]}" for text in texts]
    yield from [queries[turn % len(queries)]] if code in seen else queries
    seen.add(code)


def test_no_parameter_of_the_admin_is_dear(desk: Desk) -> None:
    dear: dict[str, float] = {}
    seen: set[Any] = set()
    for turn, model in enumerate(OURS):
        path = list_of(model)
        odd = (
            (f"{path}?{query[:10]}", getting(desk, f"{path}?{query}"))
            for query in parameters(model, seen, turn)
        )
        dear |= dear_among(odd, getting(desk, path))
    assert len(seen) > 3
    assert dear == {}


def getting(browser: Browser, path: str) -> Ask:
    return lambda: browser.get(path)


def test_staff_sign_in_at_the_door_costs_the_same(db: None) -> None:
    path = reverse("admin:index")
    ordinary = {"username": "ada@example.com", "password": "ordinary"}
    browser = Browser()
    odd = odd_posts(browser, path, ordinary)
    assert dear_among(odd, posting(browser, path, ordinary)) == {}
