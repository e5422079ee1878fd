"""A short run of `bin/faults jobs`, and what it would notice."""

from pathlib import Path

import pytest
from django.db import connection
from psycopg import connect

from dev.faults import jobs
from dev.faults.job_state import Jobs
from tests.support.databases import CommittedDatabase

SETTINGS = "tests.faults.job_settings"


def test_every_effect_is_there_once_whatever_is_killed(
    committed_db: CommittedDatabase,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    """With jobs that kill their worker, hang, or take too much memory."""
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", SETTINGS)
    code = jobs.run(tmp_path, jobs=200, kills=5, seed=3)
    printed = capsys.readouterr().out
    assert code == 0, printed
    assert "faults: 5" in printed
    assert "deaths of processes: 0" not in printed


@pytest.mark.parametrize(
    "change",
    [
        "UPDATE jobs_job SET state = 'COMPLETED'",
        "UPDATE jobs_job SET claim = gen_random_uuid()",
        "INSERT INTO faults_effect SELECT id, 1, 1 FROM jobs_job",
        "INSERT INTO faults_effect SELECT gen_random_uuid(), 1, 1",
        "UPDATE jobs_job SET attempts = 99",
    ],
)
def test_what_is_wrong_is_noticed(committed_db: CommittedDatabase, change: str) -> None:
    here = Jobs()
    here.ask(jobs=1, owners=1, payload='{"steps": 1, "at": 1, "how": "refusal"}')
    assert len(here.wrong(most_attempts=3)) == 1  # it is still waiting
    error = '{"code": "refusal"}'
    with connect(committed_db.direct_url, options="-c gantry.system=tests") as owner:
        owner.execute("UPDATE jobs_job SET state = 'FAILED', error = %s::jsonb", [error])
        owner.commit()
        assert here.wrong(most_attempts=3) == []
        owner.execute(change.encode())
    assert len(here.wrong(most_attempts=3)) == 1
    connection.close()
