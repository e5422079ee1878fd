"""What production insists on, and how the two roads to PostgreSQL are set up."""

from typing import Any

import pytest
from django.apps import apps
from django.conf import settings
from django.db import connection, connections, transaction
from django.db.utils import ProgrammingError

from config.settings.databases import (
    LONGEST_IDLE,
    LONGEST_TRANSACTION,
    PREPARED,
    REACHED,
    RUNTIME_LIMITS,
    direct,
    runtime,
)
from config.settings.pusher import pusher
from tests.config.production import COMPLETE, manage, run_forked, settings_of, start

NOT_ENCODED = (
    "{} holds a user or password that is not percent-encoded:"
    " write @ as %40, / as %2F, # as %23, % as %25, a space as %20."
)
UNUSED = """\
System check identified some issues:

INFOS:
?: (core.I001) CLERK_SECRET_KEY is set and not used: see .env.example.
?: (core.I001) INNGEST_EVENT_KEY is set and not used: see .env.example.

System check identified 2 issues (1 silenced).
"""
NAME = "AWS_STORAGE_BUCKET_NAME"
BUCKET = {NAME: "files", "AWS_ACCESS_KEY_ID": "me", "AWS_SECRET_ACCESS_KEY": "hunter2"}
PUSHER = {"PUSHER_APP_ID": "42", "PUSHER_KEY": "key", "PUSHER_SECRET": "hunter2"}
CLUSTER = "PUSHER_CLUSTER"
LIMITS = (
    "lock_timeout",
    "statement_timeout",
    "idle_in_transaction_session_timeout",
    "transaction_timeout",
)


@pytest.mark.parametrize(
    ("changes", "told"),
    [
        (
            {"ALLOWED_HOSTS": ""},
            "ALLOWED_HOSTS is missing: name the hosts this server answers for.",
        ),
        ({"FRONTEND_URL": ""}, "FRONTEND_URL is missing: set it in the environment."),
        (
            {"FRONTEND_URL": "app.example.com"},
            "FRONTEND_URL must be an address starting with https://.",
        ),
        ({"SECRET_KEY": ""}, "SECRET_KEY is missing: set it in the environment."),
        ({"SECRET_KEY": "hunter2"}, "SECRET_KEY is too short: it needs at least 32 bytes."),
        ({"JWT_SECRET": ""}, "JWT_SECRET is missing: set it in the environment."),
        (
            {"JWT_PREVIOUS_SECRETS": f"{'k' * 32},hunter2"},
            "JWT_PREVIOUS_SECRETS is too short: it needs at least 32 bytes.",
        ),
        ({"JWT_SECRET": COMPLETE["SECRET_KEY"]}, "JWT_SECRET must differ from SECRET_KEY."),
        ({"DATABASE_URL": ""}, "DATABASE_URL is missing: set it in the environment."),
        (
            {"DATABASE_URL": "postgres://gantry:hunter2@db:x/x"},
            "DATABASE_URL cannot be understood.",
        ),
        (
            {"DATABASE_URL": "postgres://gantry:12/hunter2@db/x"},
            NOT_ENCODED.format("DATABASE_URL"),
        ),
        ({"REDIS_URL": "redis://:12/hunter2@redis/0"}, NOT_ENCODED.format("REDIS_URL")),
        (
            {"EMAIL_URL": "smtp+tls://me@example.com:hunter2@mail:587"},
            NOT_ENCODED.format("EMAIL_URL"),
        ),
        (
            {"DATABASE_PASSWORD": "hunter2"},
            "DATABASE_PASSWORD is given twice: leave it out of DATABASE_URL.",
        ),
        (
            {"DIRECT_PASSWORD": "hunter2"},
            "DIRECT_URL is missing: DIRECT_PASSWORD is of no use without it.",
        ),
        (
            {"TRUSTED_PROXY_COUNT": ""},
            "TRUSTED_PROXY_COUNT is missing: count the proxies in front, one of which speaks TLS.",
        ),
        ({"REDIS_URL": ""}, "REDIS_URL is missing: set it in the environment."),
        (
            {"AWS_SECRET_ACCESS_KEY": "hunter2", "AWS_ACCESS_KEY_ID": "me"},
            "AWS_STORAGE_BUCKET_NAME is missing: AWS_ACCESS_KEY_ID is of no use without it.",
        ),
        (
            {"AWS_ENDPOINT_URL": "https://s3.example.com"},
            "AWS_ENDPOINT_URL is of no use without AWS_STORAGE_BUCKET_NAME.",
        ),
        ({**BUCKET, "AWS_STORAGE_BUCKET_NAME": "A/B"}, f"{NAME} cannot be understood."),
        (
            {**BUCKET, "AWS_ENDPOINT_URL": "http://s3.example.com"},
            "AWS_ENDPOINT_URL must be an address starting with https://.",
        ),
        (PUSHER, f"{CLUSTER} is missing: PUSHER_APP_ID is of no use without it."),
        (
            {"PUSHER_HOST": "https://push.example.com"},
            "PUSHER_HOST is of no use without PUSHER_APP_ID.",
        ),
        ({**PUSHER, CLUSTER: "eu.example.com/"}, f"{CLUSTER} cannot be understood."),
        (
            {**PUSHER, CLUSTER: "eu", "PUSHER_APP_ID": "../42"},
            "PUSHER_APP_ID cannot be understood.",
        ),
        (
            {**PUSHER, CLUSTER: "eu", "PUSHER_HOST": "http://push.example.com"},
            "PUSHER_HOST must be an address starting with https://.",
        ),
        *(
            (
                {**PUSHER, CLUSTER: "eu", "PUSHER_HOST": f"https://{wrong}"},
                "PUSHER_HOST must be an address such as https://host:6001.",
            )
            for wrong in ("push.example.com/apps", "me:hunter2@push.example.com", "push:x", ":1")
        ),
        ({"ATTACHMENTS_QUOTA_MB": "5G"}, "ATTACHMENTS_QUOTA_MB must be a whole number, not '5G'."),
        ({"PORT": "", "WEB_THREADS": "many"}, "WEB_THREADS must be a whole number, not 'many'."),
        ({"SECURE_SSL_REDIRECT": "maybe"}, "SECURE_SSL_REDIRECT must be 1 or 0, not 'maybe'."),
    ],
)
def test_a_missing_or_senseless_setting_stops_the_start(changes: dict[str, str], told: str) -> None:
    said = start(**changes)
    assert said.splitlines()[-1] == f"django.core.exceptions.ImproperlyConfigured: {told}"
    for secret in ("hunter2", COMPLETE["SECRET_KEY"], COMPLETE["JWT_SECRET"]):
        assert secret not in said


def test_complete_settings_pass_the_check_and_keys_of_others_are_named_as_unused() -> None:
    """The check for deployments, and keys of comparable servers; nothing else is said."""
    keys = {"PORT": "5000", "CLERK_SECRET_KEY": "sk_live_hunter2", "INNGEST_EVENT_KEY": "hunter2"}
    told = manage("check", "--deploy", **keys)
    assert (told.returncode, told.stdout) == (0, "")
    assert told.stderr == UNUSED
    shown = run_forked("from config import programs; print(*programs.web().argv)", **keys)
    assert shown.stdout.split("--port ")[1][:4] == "5000"


@pytest.mark.parametrize(
    ("host", "server"),
    [
        ("", ("api-eu.pusher.com", None, True)),
        ("https://push.example.com:6001/", ("push.example.com", 6001, True)),
        ("http://[::1]:6001", ("[::1]", 6001, False)),
    ],
)
def test_pusher_is_that_of_the_cluster_or_another_server(
    host: str, server: tuple[str, int | None, bool], monkeypatch: pytest.MonkeyPatch
) -> None:
    for name, value in {**PUSHER, CLUSTER: "eu", "PUSHER_HOST": host}.items():
        monkeypatch.setenv(name, value)
    assert pusher() == ("42", "key", "hunter2", *server)


def test_a_program_says_in_one_sentence_what_stops_its_start() -> None:
    told = manage("check", FRONTEND_URL="")
    assert (told.returncode, told.stdout) == (1, "")
    assert told.stderr == "FRONTEND_URL is missing: set it in the environment.\n"


@pytest.mark.parametrize("is_redirected", [True, False])
def test_cookies_need_tls_unless_it_is_switched_off_on_purpose(*, is_redirected: bool) -> None:
    names = ("SESSION_COOKIE_SECURE", "CSRF_COOKIE_SECURE")
    changes = {} if is_redirected else {"SECURE_SSL_REDIRECT": "0"}
    assert settings_of(*names, **changes) == [is_redirected] * 2


@pytest.mark.django_db(databases=["default", "direct"])
def test_limits_are_set_on_every_connection() -> None:
    # A test may idle for longer, and take longer, than anything else.
    assert shown("default") == ["2s", "15s", "10min", "10min"]
    assert (LONGEST_IDLE, LONGEST_TRANSACTION) == ("10s", "60s")
    assert shown("direct") == ["5s", "0", "0", "0"]


def shown(alias: str) -> list[str]:
    with connections[alias].cursor() as cursor:
        found = []
        for limit in LIMITS:
            cursor.execute(f"SHOW {limit}")
            found.append(cursor.fetchone()[0])
        return found


def test_a_pooler_gets_no_start_up_options(monkeypatch: pytest.MonkeyPatch) -> None:
    idle = f"-c idle_in_transaction_session_timeout={LONGEST_IDLE}"
    limits = {"options": f"{RUNTIME_LIMITS} {idle}", "transaction_timeout": LONGEST_TRANSACTION}
    assert runtime(pooled=False)["OPTIONS"] == {**REACHED, **limits, **PREPARED}
    monkeypatch.setenv("DB_POOLER", "1")
    assert runtime(pooled=False)["OPTIONS"] == REACHED
    pool = {"least": 2, "most": 12, "patience": 5}
    assert runtime()["OPTIONS"] == {**REACHED, "pool": pool}


def test_a_pool_is_as_large_as_the_environment_says(monkeypatch: pytest.MonkeyPatch) -> None:
    for key, value in {"DB_POOLER": "1", "DB_POOL_MAX": "1", "DB_POOL_TIMEOUT": "2"}.items():
        monkeypatch.setenv(key, value)
    pooled = runtime()
    assert pooled["OPTIONS"] == {**REACHED, "pool": {"least": 1, "most": 1, "patience": 2}}
    assert pooled["CONN_MAX_AGE"] == 0
    monkeypatch.setenv("DB_POOL_MAX", "0")
    assert (runtime()["OPTIONS"], runtime()["CONN_MAX_AGE"]) == (REACHED, 60)


def test_without_an_address_of_its_own_the_owner_is_the_runtime_role(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    monkeypatch.setenv("DIRECT_URL", "")
    names: Any = ("HOST", "PORT", "NAME", "USER", "PASSWORD")
    assert [direct()[name] for name in names] == [runtime()[name] for name in names]


def growing() -> list[str]:
    """The tables whose models say that rows are only ever added."""
    models = [model for model in apps.get_models() if getattr(model, "append_only", False)]
    return [model._meta.db_table for model in models]


def test_the_tables_that_only_grow_are_known() -> None:
    assert {"activity_event", "tasks_statuschange"} - set(growing()) == set()


@pytest.mark.parametrize("table", growing())
@pytest.mark.parametrize(
    "statement", ["UPDATE {} SET created_at = now()", "DELETE FROM {}", "TRUNCATE {}"]
)
def test_migrate_lets_the_runtime_role_only_append(db: None, table: str, statement: str) -> None:
    assert connection.settings_dict["USER"] != connections["direct"].settings_dict["USER"]
    with (
        pytest.raises(ProgrammingError, match=f"permission denied for table {table}"),
        transaction.atomic(),
        connection.cursor() as cursor,
    ):
        cursor.execute(statement.format(table))


def test_the_runtime_role_may_read_and_write_but_not_empty_or_alter(db: None) -> None:
    rights = ("SELECT", "INSERT", "UPDATE", "DELETE", "TRUNCATE", "REFERENCES", "TRIGGER")
    with connection.cursor() as cursor:
        cursor.execute(
            "SELECT array_agg(has_table_privilege('tasks_task', name) ORDER BY place)"
            " FROM unnest(%s::text[]) WITH ORDINALITY AS named (name, place)",
            [list(rights)],
        )
        assert cursor.fetchone() == ([True, True, True, True, False, False, False],)


def test_errors_are_never_shown_with_their_source(db: None) -> None:
    assert settings.DEBUG is False


def test_the_garbage_collector_goes_on_after_the_start_past_what_it_made() -> None:
    told = "print(gc.isenabled(), gc.get_freeze_count() > 100_000)"
    ended = run_forked(f"import django, gc; django.setup(); {told}")
    assert (ended.stdout, ended.returncode) == ("True True\n", 0)
