"""Beat ends where it is asked to, and writes nothing in the middle of something else."""

from tests.config.production import run_forked
from tests.support.databases import CommittedDatabase

IN_A_QUERY = """
import os, signal, threading
import django
django.setup()
from django.db import connection, transaction
from config.beat import Scheduler
from config.celery import app

signal.signal(signal.SIGTERM, lambda *_: print("written in between"))
scheduler = Scheduler(app=app, lazy=True)
threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGTERM)).start()
try:
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute("SELECT pg_sleep(8)")
    print("went on")
except SystemExit as end:
    print("ended with", end.code)
try:
    scheduler.tick()
except SystemExit:
    print("ends if that was caught")
"""


def test_it_ends_in_the_middle_of_a_query(committed_db: CommittedDatabase) -> None:
    where = {"DATABASE_URL": committed_db.url, "DIRECT_URL": committed_db.direct_url}
    ended = run_forked(IN_A_QUERY, **where)
    assert ended.stdout.splitlines() == ["ended with 0", "ends if that was caught"], ended.stderr
