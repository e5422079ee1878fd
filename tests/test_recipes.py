"""What a change may forget: each message names the file in which it is made or decided against."""

import ast
import inspect
import re
import subprocess
import tomllib
from collections import defaultdict
from collections.abc import Callable, Iterable, Iterator
from importlib import import_module
from pathlib import Path
from typing import Any

import pytest
from django.apps import apps
from django.contrib import admin
from django.contrib.admin.utils import flatten_fieldsets
from django.db.models import CharField, Model, TextField
from django.urls import get_resolver
from django.utils import timezone

from accounts.api.documents import OwnProfile
from accounts.api.inputs import ProfileChanges
from accounts.models import User
from accounts.services.deletion import delete_person
from accounts.services.personal_data import kinds
from core.api.schema import EDITS
from core.api.viewsets import ServiceViewSet
from core.documents.fields import Document
from core.retention import rules
from core.rights import RIGHTS, Right
from dev.fuzz.hooks import KINDS, LEARNED, PARAMETER
from identity.api.documents import TokenDocument
from identity.api.inputs import NewPerson, NewToken
from identity.models import PersonalToken
from outbox.mail import EMAIL
from outbox.mail.samples import all_samples
from outbox.registry import kinds as kinds_of_delivery
from tests.core.test_request_costs import PLACES
from tests.matrix.asks import ASKS, BY_PATH
from tests.matrix.rights import HELD
from tests.support import decisions
from tests.support.actors import by
from tests.support.decisions import BOOKKEEPING, EVERYTHING
from tests.support.openapi import KEY, operations
from tests.support.rights import ABILITIES
from tests.test_architecture import OURS, ROOT, routes, sources
from workspaces.api.reassignment import Reassignment

MODELS = [model for model in apps.get_models() if model._meta.app_label in OURS]
VIEWS = [view for _, view in routes(get_resolver().url_patterns)]
"""Found before documents are looked for: they are imported with their views."""
DECISIONS = "tests/support/decisions.py"
OUTSIDE_WORKSPACES = (
    *("/api/auth/", "/api/unsubscribe/", "/api/notifications/unsubscribe/", "/api/ops/"),
)


def fields_of(model: type[Model]) -> set[str]:
    return {field.name for field in model._meta.concrete_fields} - BOOKKEEPING


def read_by(serializers: Iterable[type[Any]]) -> set[str]:
    """The names of the model's fields that these read or set."""
    sources = {f.source.split(".")[0] for kind in serializers for f in kind().fields.values()}
    return sources | {name.removesuffix("_id") for name in sources}


def check_fields(
    models: Iterable[type[Model]],
    present: Callable[[type[Model]], set[str]],
    table: str,
    advice: str,
) -> None:
    """Each field is present or listed, never both."""
    left_out: dict[str, str] = getattr(decisions, table)
    wrong, labels = [], set()
    for model in models:
        label, fields = model._meta.label, fields_of(model)
        labels.add(label)
        listed = left_out.get(label, "")
        named = fields if listed == EVERYTHING else set(listed.split())
        there = fields & present(model)
        app = model.__module__.partition(".")[0]
        wrong += [
            f"{label}.{name} {advice.format(app=app)}, or enter it in {table} ({DECISIONS})"
            for name in sorted(fields - there - named)
        ]
        stale = named - fields if listed == EVERYTHING else (named & there) | (named - fields)
        wrong += [f"{label}.{name}: remove it from {table} ({DECISIONS})" for name in sorted(stale)]
    wrong += [
        f"{label}: remove it from {table} ({DECISIONS})" for label in left_out.keys() - labels
    ]
    assert not wrong, "\n".join(wrong)


def views() -> Iterator[tuple[Any, type[Model], set[str]]]:
    """Every resource with the model it shows and its actions on one route."""
    for view in VIEWS:
        resource: Any = getattr(view, "cls", object)
        document = getattr(resource, "document", None)
        if issubclass(resource, ServiceViewSet) and document:
            yield resource, document.Meta.model, set(view.actions.values())


def descendants(kind: type[Any]) -> Iterator[type[Any]]:
    for child in kind.__subclasses__():
        yield child
        yield from descendants(child)


def shown(model: type[Model]) -> set[str]:
    documents = [
        document
        for document in descendants(Document)
        if getattr(document.Meta, "model", None) is model
        and not document.__module__.endswith(".exports")
    ]
    return read_by([*documents, TokenDocument] if model is PersonalToken else documents)


def test_every_field_is_shown() -> None:
    advice = "is in no document: show it in {app}/api/documents.py"
    check_fields(MODELS, shown, "NOT_SHOWN", advice)


def set_by_bodies(model: type[Model]) -> set[str]:
    besides: dict[Any, list[type[Any]]] = {
        User: [ProfileChanges, NewPerson],
        PersonalToken: [NewToken],
    }
    inputs = [body for view, of, _ in views() if of is model for body in view.inputs.values()]
    return read_by([*inputs, *besides.get(model, [])])


def test_every_field_can_be_set() -> None:
    advice = "is set by no body: take it in {app}/api/inputs.py"
    check_fields(MODELS, set_by_bodies, "NOT_SET", advice)


def exported(model: type[Model]) -> set[str]:
    documents: set[type[Any]] = {OwnProfile, *(kind.document for kind in kinds.values())}
    return read_by(d for d in documents if getattr(d.Meta, "model", None) is model)


def test_every_field_about_a_person_is_exported() -> None:
    about = [
        model
        for model in MODELS
        if any(f.related_model is User for f in model._meta.concrete_fields) or exported(model)
    ]
    advice = "is in no export: declare it in {app}/exports.py"
    check_fields(about, exported, "NOT_EXPORTED", advice)


def chosen_by(model: type[Model]) -> set[str]:
    names: set[str] = set()
    for view, of, actions in views():
        if of is model and "list" in actions:
            names |= {*view.query_params, *(name.lstrip("-") for name in view.orderings)}
            filters = view.filters.base_filters if view.filters else {}
            names |= {*filters, *(str(f.field_name).split("__")[0] for f in filters.values())}
    return names


def test_lists_are_narrowed_or_ordered_by_every_field() -> None:
    listed = {model for _, model, actions in views() if "list" in actions}
    advice = "is no filter and no ordering: add it to {app}/api/filters.py or to `orderings`"
    check_fields(listed & {*MODELS}, chosen_by, "NOT_CHOSEN_BY", advice)


def on_admin_page(model: type[Model]) -> set[str]:
    if not admin.site.is_registered(model):
        return set()
    page = admin.site.get_model_admin(model)
    named = flatten_fieldsets(page.fieldsets) if page.fieldsets else page.fields
    return {*map(str, [*named, *page.list_display])} if named else fields_of(model)


def test_every_field_is_on_an_admin_page() -> None:
    advice = "is on no page of the admin: show it in {app}/admin"
    check_fields(MODELS, on_admin_page, "NOT_IN_ADMIN", advice)


def test_every_model_is_kept_as_long_as_decided() -> None:
    reasons = {
        decisions.FOR_EVER,
        decisions.WITH_PERSON,
        decisions.WITH_MEMBERSHIP,
        decisions.WITH_PARENT,
        decisions.ONE_ROW,
        decisions.BY_WORKER,
        *(rule.name for rule in rules()),
    }
    labels = {model._meta.label: model.__module__.partition(".")[0] for model in MODELS}
    wrong = [
        f"{label}: say in RETENTION ({DECISIONS}) and docs/retention.md how long it is kept; a rule"
        f" is registered in {app}/retention.py"
        for label, app in labels.items()
        if decisions.RETENTION.get(label) not in reasons
    ]
    gone = decisions.RETENTION.keys() - labels.keys()
    wrong += [f"{label}: remove it from RETENTION ({DECISIONS})" for label in gone]
    assert not wrong, "\n".join(wrong)


def tables_of_rights() -> Iterator[tuple[str, str, Any]]:
    """What the apps' `rights.py` define: the app, the name, the value."""
    for app in OURS:
        if (ROOT / app / "rights.py").exists():
            for name, value in vars(import_module(f"{app}.rights")).items():
                yield app, name, value


def constants() -> dict[str, tuple[str, str]]:
    """The code of each right: the name of its constant, and the app that enters it."""
    found: dict[str, tuple[str, str]] = {}
    for app, name, value in tables_of_rights():
        if isinstance(value, Right):
            found.setdefault(value.code, (name, app))
    return found


def asked_names() -> set[str]:
    """Names that modules other than the tables of rights use."""
    return {
        node.id
        for file in sources(*OURS)
        if file.name != "rights.py"
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Name)
    }


def test_every_right_is_asked_for() -> None:
    used = asked_names()
    wrong = [
        f"{code}: ask for {name} in {app}/services or {app}/api, or enter it in NOT_ASKED"
        f" ({DECISIONS})"
        for code, (name, app) in constants().items()
        if (name in used) == (code in decisions.NOT_ASKED)
    ]
    assert not wrong, "\n".join(wrong)
    assert constants().keys() == RIGHTS.keys()


def test_every_right_has_a_word() -> None:
    words = {name: value for _, name, value in tables_of_rights() if name.endswith("_ABILITIES")}
    for name, table in words.items():
        is_tried = any(table is known for known in ABILITIES.values())
        assert is_tried, f"{name}: enter it in ABILITIES (tests/support/rights.py)"
    told = {right.code for table in words.values() for right in table.values()}
    wrong = [
        f"{code}: give it a word among the abilities in {app}/rights.py, or enter it in"
        f" WITHOUT_WORD ({DECISIONS})"
        for code, (_, app) in constants().items()
        if (code in told) == (code in decisions.WITHOUT_WORD)
    ]
    assert not wrong, "\n".join(wrong)


def test_every_right_that_is_asked_for_is_written_down_by_hand() -> None:
    missing = RIGHTS.keys() - HELD.keys() - decisions.NOT_ASKED - decisions.WITHOUT_ROUTE
    assert not missing, f"{missing}: write down who holds it in TABLE (tests/matrix/rights.py)"


def texts_in_calls(file: Path, function: str) -> dict[str, set[str]]:
    """What calls of the function are given as texts, by the source of their first argument."""
    return {
        ast.unparse(node.args[0]): {
            arg.value
            for arg in node.args
            if isinstance(arg, ast.Constant) and isinstance(arg.value, str)
        }
        for node in ast.walk(ast.parse(file.read_text()))
        if isinstance(node, ast.Call)
        and node.args
        and ast.unparse(node.func).rpartition(".")[2] == function
    }


def blanked(model: type[Model]) -> set[str]:
    file = ROOT / model._meta.app_label / "retention.py"
    return (
        texts_in_calls(file, "purge_batch").get(model.__name__, set()) if file.exists() else set()
    )


def test_every_text_is_blanked_when_its_row_is_purged() -> None:
    texts = {
        (model, field.name)
        for model in MODELS
        if any(field.name == "purged_at" for field in model._meta.fields)
        for field in model._meta.concrete_fields
        if isinstance(field, CharField | TextField) and not field.choices
    }
    wrong = [
        f"{model._meta.label}.{name}: blank it in {model._meta.app_label}/retention.py, or enter"
        f" it in NOT_BLANKED ({DECISIONS})"
        for model, name in texts
        if (name in blanked(model))
        == (name in decisions.NOT_BLANKED.get(model._meta.label, "").split())
    ]
    assert not wrong, "\n".join(wrong)


def test_every_kind_of_mail_has_a_sample() -> None:
    """Which `/admin/mails/` shows, and tests render."""
    shown = {sample.kind for sample in all_samples()}
    missing = kinds_of_delivery(EMAIL) - shown - {"note", "patient note"}
    assert not missing, f"{missing}: `@sample_of` in the samples.py beside the composer"
    unknown = shown - kinds_of_delivery(EMAIL)
    assert not unknown, f"{unknown}: nothing composes what this sample shows"


@pytest.mark.django_db
def test_everything_of_a_deleted_person_is_erased() -> None:
    now = timezone.now()
    person = User.objects.create_user(
        "ada@example.com",
        "correct horse",
        name="Ada",
        avatar_url="https://example.com/ada.png",
        time_zone="Europe/Berlin",
        external_id="user_ada",
        is_staff=True,
        is_superuser=True,
        last_login=now,
        enrolment_approved_until=now,
    )
    before = {name: getattr(person, name) for name in fields_of(User)}

    delete_person(actor=by(None), person=person)

    person.refresh_from_db()
    kept = {name for name, value in before.items() if getattr(person, name) == value}
    assert kept == set(decisions.NOT_ERASED.split()), (
        f"erase it in accounts/services/deletion.py, or enter it in NOT_ERASED ({DECISIONS})"
    )


def test_every_app_is_part_of_the_server() -> None:
    urls = (ROOT / "config/urls.py").read_text()
    measured = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["coverage"]["run"]
    wrong = []
    for app in sorted({*OURS} - {"dev"}):
        if not (ROOT / app / "apps.py").exists():
            wrong.append(f"{app}: give it an apps.py like that of comments")
        if not apps.is_installed(app):
            wrong.append(f"{app}: enter it in INSTALLED_APPS (config/settings/base.py)")
        if (ROOT / app / "api/urls.py").exists() and f'"{app}.api.urls"' not in urls:
            wrong.append(f"{app}: include {app}.api.urls in config/urls.py")
        if app not in measured["source"]:
            wrong.append(f"{app}: enter it in the source of coverage (pyproject.toml)")
    assert not wrong, "\n".join(wrong)


def ends_of_paths() -> dict[tuple[str, str, str], set[str]]:
    """The last fixed word of every path that leads to an action of a view of an app of ours."""
    found = defaultdict[tuple[str, str, str], set[str]](set)
    for path, view in routes(get_resolver().url_patterns):
        kind = getattr(view, "cls", object)
        words = [word for word in path.split("/") if re.fullmatch(r"[\w-]+", word)]
        for action in {*getattr(view, "actions", {"": ""}).values()}:
            found[kind.__module__.partition(".")[0], kind.__name__, action] |= {*words[-1:]}
    return {key: words for key, words in found.items() if key[0] in OURS and words}


def texts_of_tests() -> dict[str, str]:
    """What stands in the tests of each app."""
    return {
        app: "\n".join(map(Path.read_text, (ROOT / "tests" / app).glob("*.py"))) for app in OURS
    }


def test_every_action_is_asked_for_by_tests_of_its_app() -> None:
    texts = texts_of_tests()
    actions = ends_of_paths()
    wrong = [
        f"{kind}.{action}: nothing in tests/{app} asks for a path that ends with /{word}"
        for (app, kind, action), words in actions.items()
        for word in words
        if not any(re.search(rf"[/\"]{word}\b", texts[app]) for word in words)
    ]
    assert len(actions) > 80
    assert not wrong, "\n".join(wrong)


def test_every_field_of_a_body_is_sent_by_tests_of_its_app() -> None:
    words = {app: {*re.findall(r"\w+", text)} for app, text in texts_of_tests().items()}
    wrong = {
        f"{body.__name__}.{name}: nothing in tests/{app} sends it"
        for resource, _, _ in views()
        for app in [resource.__module__.partition(".")[0]]
        for body in resource.inputs.values()
        if body is not Reassignment  # sent by tests/tasks, whose tasks are handed over
        for name in body().fields
        if name not in words[app]
    }
    assert not wrong, "\n".join(wrong)


def test_documents_are_compared_as_a_whole() -> None:
    there = (ROOT / "tests/support/documents.py").read_text()
    wrong = {
        f"{document.__name__}.{name}: show it in tests/support/documents.py"
        for document in {resource.document for resource, _, _ in views()}
        if "abilities" in document().fields
        for name in document().fields
        if f'"{name}":' not in there
    }
    assert not wrong, "\n".join(wrong)


def test_every_row_and_body_the_matrix_asks_with_is_there() -> None:
    places = (ROOT / "tests/matrix/places.py").read_text()
    named = {name for ask in ASKS for name in re.findall(r"{(\w+)}", ask.path)}
    placeless = {name for name in named if f'"{name}":' not in places}
    assert not placeless, f"{placeless}: make one in tests/matrix/places.py"
    with_body = {
        (method, re.sub(KEY, "{}", path))
        for (method, path), operation in operations().items()
        if operation.get("requestBody", {}).get("required")
    }
    bare = {
        ask.path
        for ask in ASKS
        if (ask.method.lower(), re.sub(KEY, "{}", ask.path)) in with_body
        and ask.path not in BY_PATH
    }
    assert not bare, f"{bare}: give the body in BY_PATH (tests/matrix/asks.py)"


def heeds_version(resource: Any, action: str) -> bool:
    """Whether the action, or a step of it, asks for the version of `If-Match`."""
    source = inspect.getsource(getattr(resource, action))
    steps = re.findall(r"self\.(_\w+)\(", source)
    return "self.expected_version" in source or any(heeds_version(resource, s) for s in steps)


def test_every_action_that_heeds_a_version_says_so() -> None:
    wrong = {
        f"{resource.__name__}.{action}: heed `self.expected_version` in {resource.__module__}, and"
        " enter the action in EDITS (core/api/schema.py); or neither"
        for resource, _, actions in views()
        for action in actions
        if heeds_version(resource, action) != (action in EDITS)
    }
    assert not wrong, "\n".join(wrong)


def test_every_row_a_path_names_is_known_to_who_asks_all_paths() -> None:
    unknown = {
        f"{word}: enter its rows in KINDS (dev/fuzz/hooks.py)"
        for _, path in operations()
        for word, _ in PARAMETER.findall(path)
        if word not in KINDS and not path.startswith(OUTSIDE_WORKSPACES)
    }
    assert not unknown, "\n".join(unknown)
    uncounted = KINDS.keys() - PLACES.keys() - {"tokens"}
    assert not uncounted, f"{uncounted}: enter it in PLACES (tests/core/test_request_costs.py)"
    unlearned = {*KINDS.values()} - {*LEARNED} - {"person", "invitation", "event"}
    assert not unlearned, f"{unlearned}: enter it in LEARNED (dev/fuzz/hooks.py)"


def test_every_rule_of_retention_is_told_under_its_app() -> None:
    told = {*re.findall(r"\| `(\w+)` \|$", (ROOT / "docs/retention.md").read_text(), re.MULTILINE)}
    kept = {app for app in OURS if (ROOT / app / "retention.py").exists()}
    unequal = (told - {"activity"}) ^ kept  # its rows end with those of other apps
    assert not unequal, f"{unequal}: name the apps that have a retention.py in docs/retention.md"


def git(*arguments: str) -> str:
    return subprocess.run(
        ["/usr/bin/env", "git", *arguments], cwd=ROOT, capture_output=True, text=True, check=True
    ).stdout


def test_what_changes_for_clients_stands_in_the_changelog() -> None:
    """A release without its history has nothing to compare."""
    if not (ROOT / ".git").exists() or git("status", "--porcelain", "CHANGELOG.md"):
        return
    last = git("log", "-1", "--format=%H", "--", "CHANGELOG.md").strip()
    changed = git("diff", "--name-only", last, "--", "docs/api.yaml")
    assert not changed, "docs/api.yaml has changed since CHANGELOG.md: tell there what is new"
