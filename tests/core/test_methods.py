"""A method a route has not, and a path that is none: 405 and 404, whoever asks and with what."""

import re
from collections.abc import Callable, Iterator
from functools import cache
from itertools import cycle, islice, product
from typing import Any

import pytest
from django.test import Client as Browser
from django.urls import Resolver404, get_resolver, resolve

from config.methods import declared_methods
from identity.services.personal_tokens import create_token
from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.sign_in import bearing
from tests.support.staff import sign_in_staff
from tests.test_architecture import routes

METHODS = ("GET", "POST", "PUT", "PATCH", "DELETE", "TRACE", "PURGE", "CONNECT", "LOCK")
SOMETHING = "0198c8b5-7d3a-7c3e-8000-000000000000"
PLACES = {"int": "1", "path": "a"}
NOT_ALLOWED = (405, "method_not_allowed")
API = re.compile(r"^$|^(api|health|livez|readyz)")


def concrete(path: str) -> str:
    """A path with something in each of its places."""
    plain = re.sub(r"\(\?P<\w+>[^)]*\)", "1", path).replace("\\Z", "").replace("^", "")
    filled = re.sub(r"<(?:(\w+):)?\w+>", lambda place: PLACES.get(place[1], SOMETHING), plain)
    return f"/{filled.replace('$', '').replace('?', '')}"


def every_route() -> list[tuple[str, Any]]:
    return [(concrete(path), view) for path, view in routes(get_resolver().url_patterns)]


def undeclared(is_wanted: Callable[[str], object]) -> Iterator[tuple[str, str]]:
    """Every method a view has not, on its first path; one in turn on the others."""
    seen = set[Any]()
    for turn, (path, _) in enumerate(every_route()):
        missing = missing_at(path)
        if is_wanted(path[1:]) and missing:
            is_new = not seen.issuperset(code := {code_of(view_at(path))})
            seen |= code
            for method in missing if is_new else [missing[turn % len(missing)]]:
                yield method, path


@cache
def view_at(path: str) -> Any:
    return resolve(path).func


def missing_at(path: str) -> list[str]:
    return [method for method in METHODS if method not in declared_methods(view_at(path))]


def code_of(view: Any) -> Any:
    """What meets a method first, and which methods there are."""
    kind = getattr(view, "cls", None) or getattr(view, "view_class", None)
    credentials = getattr(kind, "authentication_classes", ())
    met_first = getattr(kind, "dispatch", view.__module__)
    return met_first, *credentials, *declared_methods(view)


@pytest.fixture
def callers(cast: Cast) -> dict[str, Any]:
    """Everybody who has a credential."""
    cast.ada.is_superuser = cast.ada.is_staff = True
    cast.ada.save()
    staff = Browser()
    sign_in_staff(staff, cast.ada)
    tokens = {
        scope: create_token(actor=by(cast.ada), name=scope, scopes=[scope])[1]
        for scope in ("read", "write")
    }
    return {
        "ada": client_of(cast.ada),
        "gus": client_of(cast.gus),
        "staff": staff,
        **{scope: bearing(token) for scope, token in tokens.items()},
    }


def told(answer: Any) -> tuple[int, str]:
    return answer.status_code, answer.json()["code"] if answer.status_code != 404 else ""


def test_every_route_resolves() -> None:
    assert len(every_route()) > 150
    for path, _ in every_route():
        resolve(path)


def test_undeclared_methods_of_the_api_are_405_for_everybody(callers: dict[str, Any]) -> None:
    """What Ada asks; one method of every caller on every route, another on the next."""
    asked = list(undeclared(API.match))
    assert len({path for _, path in asked}) > 100
    answers = {("ada", *key): callers["ada"].generic(*key) for key in asked}
    paths = [path for path, _ in every_route() if API.match(path[1:])]
    for turn, ((name, client), path) in enumerate(product(callers.items(), paths)):
        if missing := missing_at(path):
            method = missing[turn % len(missing)]
            answers[name, method, path] = client.generic(method, path)
    surprises = {
        key: told(answer) for key, answer in answers.items() if told(answer) != NOT_ALLOWED
    }
    assert surprises == {}
    assert [key for key, answer in answers.items() if not answer.get("Allow")] == []


def test_undeclared_methods_of_pages_are_405(db: None) -> None:
    strict = Browser(enforce_csrf_checks=True)
    asked = list(undeclared(lambda path: not API.match(path)))
    assert len({path for _, path in asked}) > 200
    surprises = {
        (method, path): told(answer)
        for method, path in asked
        if told(answer := strict.generic(method, path)) != NOT_ALLOWED
    }
    assert surprises == {}


def test_strangers_are_asked_to_sign_in_or_told_405(db: None) -> None:
    answers = {key: Browser().generic(*key).status_code for key in undeclared(API.match)}
    assert {key: status for key, status in answers.items() if status not in (401, 405)} == {}


def unknown_paths() -> Iterator[str]:
    for path, _ in every_route():
        if API.match(path[1:]) and path != "/":
            yield f"{path}/no-such-verb/at-all"


def test_unknown_paths_below_every_route_are_404(callers: dict[str, Any]) -> None:
    """Two ask for each path by the same method, the next two by another or for another."""
    unknown = [path for path in unknown_paths() if not is_a_route(path)]
    assert len(unknown) > 80
    everybody = cycle({**callers, "nobody": Browser()}.items())
    surprises = {}
    for path, method in product(unknown, ("GET", "POST")):
        for name, client in islice(everybody, 2):
            if (answer := client.generic(method, path)).status_code != 404:
                surprises[name, method, path] = answer.status_code
    assert surprises == {}


def is_a_route(path: str) -> bool:
    try:
        resolve(path)
    except Resolver404:
        return False
    return True


@pytest.mark.parametrize(
    "spelling", ["X-HTTP-Method-Override", "X-Method-Override", "X-HTTP-Method"]
)
def test_no_header_changes_the_method(cast: Cast, spelling: str) -> None:
    ada, path = client_of(cast.ada), f"/api/workspaces/{cast.workspace.pk}"
    assert ada.generic("POST", path, headers={spelling: "DELETE"}).status_code == 405
    assert (
        ada.generic("GET", f"{path}?_method=DELETE", headers={spelling: "DELETE"}).status_code
        == 400
    )
    ada.ask("GET", path)


def test_options_tells_the_methods(cast: Cast) -> None:
    answer = client_of(cast.ada).options(f"/api/projects/{cast.project.pk}/lead")
    assert (answer.status_code, answer["Allow"]) == (204, "PUT, OPTIONS")
