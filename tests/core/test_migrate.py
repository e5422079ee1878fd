"""`manage.py migrate`: what it refuses to touch."""

import psycopg
import pytest
from django.core.management import CommandError, call_command

from tests.support.databases import CommittedDatabase

FORMER = (
    "INSERT INTO django_migrations (app, name, applied)"
    " VALUES ('accounts', '0002_public_id', now())"
)
SENTENCE = (
    "This database was made by a development version of Gantry that cannot be"
    " upgraded: start with an empty one (in development, move the data directory away)."
)


def test_an_older_database_is_refused_in_one_sentence(committed_db: CommittedDatabase) -> None:
    call_command("migrate", "--check", verbosity=0)
    with psycopg.connect(committed_db.direct_url, autocommit=True) as owner:
        owner.execute(FORMER)

    with pytest.raises(CommandError) as refused:
        call_command("migrate", verbosity=0)

    assert str(refused.value) == SENTENCE
