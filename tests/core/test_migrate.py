"""`manage.py migrate`: what it refuses to touch."""

import subprocess
import sys

import psycopg
from django.conf import settings

from tests.support.databases import CommittedDatabase

FORMER = (
    "INSERT INTO django_migrations (app, name, applied)"
    " VALUES ('accounts', '0002_public_id', now())"
)


def migrate() -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "manage.py", "migrate"],
        cwd=settings.BASE_DIR,
        capture_output=True,
        text=True,
        check=False,
    )


def test_an_older_database_is_refused_in_one_sentence(committed_db: CommittedDatabase) -> None:
    assert migrate().returncode == 0
    with psycopg.connect(committed_db.direct_url, autocommit=True) as owner:
        owner.execute(FORMER)

    refused = migrate()

    assert refused.returncode == 1
    assert refused.stderr.splitlines() == [
        (
            "CommandError: This database was made by a development version of Gantry that cannot be"
            " upgraded: start with an empty one (in development, move the data directory away)."
        )
    ]
