"""Exports and signed checkpoints, verified without the database."""

import json
import logging
import re
import subprocess
import sys
from base64 import b64decode
from io import StringIO
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as original
from django.core.management import CommandError, call_command
from pytest_django import Settings

from audit.background import log_checkpoints
from audit.models import AuditEntry
from audit.services.checkpoints import new_key
from config.log_lines import as_line
from tests.audit.forging import TABLES, as_superuser, forge, refusal
from tests.support.cast import Cast
from tests.support.databases import CommittedDatabase

DOCUMENT = original.BASE_DIR / "docs/audit.md"
REWRITE = "UPDATE audit_auditentry SET request_id = 'x' WHERE workspace_id = %s"
RECHAIN = """
    DO $$ DECLARE entry audit_auditentry; former text := '';
    BEGIN
        FOR entry IN SELECT * FROM audit_auditentry WHERE workspace_id = '{0}' ORDER BY number LOOP
            entry.previous := former;
            former := audit_hash(entry);
            UPDATE audit_auditentry SET previous = entry.previous, hash = former
            WHERE id = entry.id;
        END LOOP;
        UPDATE audit_audithead SET last_hash = former WHERE workspace_id = '{0}';
    END $$
"""


@pytest.fixture
def public_key(settings: Settings) -> str:
    private, public = new_key()
    settings.AUDIT_SIGNING_KEY = b64decode(private)
    return public


@pytest.fixture
def place(committed_db: CommittedDatabase, cast: Cast) -> Any:
    return cast.workspace.pk


@pytest.fixture
def signed(tmp_path: Path, place: Any, public_key: str) -> Path:
    """A file with checkpoints of all chains."""
    call_command("audit", "checkpoint", "--file", str(tmp_path / "signed"))
    return tmp_path / "signed"


def verify(*arguments: Any) -> str:
    told = StringIO()
    call_command("audit", "verify", *map(str, arguments), stdout=told)
    return told.getvalue()


def export(place: Any, file: Path) -> Path:
    with file.open("w") as lines:
        call_command("audit", "export", "--workspace", str(place), stdout=lines)
    return file


def test_a_rewritten_chain_is_found_by_a_checkpoint(
    committed_db: CommittedDatabase, place: Any, signed: Path, settings: Settings, public_key: str
) -> None:
    last = AuditEntry.objects.filter(workspace_id=place).count()
    forge(committed_db, (REWRITE, (place,)))
    with as_superuser(committed_db) as superuser:
        superuser.execute(RECHAIN.format(place))
    verify()
    settings.AUDIT_SIGNING_KEY = b""
    told = refusal("--checkpoints", signed, "--public-key", public_key)
    assert f"number {last}: its hash is not that of the signed checkpoint" in told


def test_a_chain_cut_off_with_its_head_is_found_by_a_checkpoint(
    committed_db: CommittedDatabase, place: Any, signed: Path
) -> None:
    head = "UPDATE audit_audithead SET last_number = 1, last_hash = (SELECT hash FROM"
    where = "workspace_id = %s"
    forge(
        committed_db,
        (f"DELETE FROM audit_auditentry WHERE {where} AND number > 1", (place,)),
        (f"{head} audit_auditentry WHERE {where}) WHERE {where}", (place, place)),
    )
    verify()
    assert "number 2: it is missing; a signed checkpoint has" in refusal("--checkpoints", signed)
    everything = [(f"DELETE FROM {table} WHERE {where}", (place,)) for table in TABLES]
    forge(committed_db, *everything)
    verify()
    assert "number 1: it is missing; a signed checkpoint has" in refusal("--checkpoints", signed)


def test_checkpoints_of_another_key_are_refused(signed: Path, public_key: str) -> None:
    assert "are as they were written" in verify("--checkpoints", signed)
    other = new_key()[1]
    assert "was not signed with this key" in refusal("--checkpoints", signed, "--public-key", other)
    both = ("--public-key", other, "--public-key", public_key)
    assert "are as they were written" in verify("--checkpoints", signed, *both)
    signed.write_text(signed.read_text().replace('"number": ', '"number": 1'))
    assert "line 1 was not signed" in refusal("--checkpoints", signed)


@pytest.mark.parametrize("key", ["x", "AAAA"])
def test_what_is_no_key_is_refused(signed: Path, key: str) -> None:
    assert "public key" in refusal("--checkpoints", signed, "--public-key", key)


def test_the_log_has_a_checkpoint_of_each_chain_every_night(
    place: Any, public_key: str, caplog: pytest.LogCaptureFixture, tmp_path: Path
) -> None:
    with caplog.at_level(logging.INFO):
        log_checkpoints()
    points = [vars(line)["checkpoint"] for line in caplog.records if "checkpoint" in vars(line)]
    assert str(place) in {point["workspace_id"] for point in points}
    log = tmp_path / "log"
    log.write_text("\n".join(["no JSON", *(as_line({"checkpoint": each}) for each in points)]))
    assert "are as they were written" in verify("--checkpoints", log)
    assert original.CELERY_BEAT_SCHEDULE["log checkpoints of the audit"]


def test_without_a_key_nothing_is_signed(
    place: Any, settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    settings.AUDIT_SIGNING_KEY = b""
    log_checkpoints()
    assert not [line for line in caplog.records if "checkpoint" in vars(line)]
    with pytest.raises(CommandError, match="AUDIT_SIGNING_KEY"):
        call_command("audit", "checkpoint")
    told = StringIO()
    call_command("audit", "key", stdout=told)
    assert re.fullmatch(r"AUDIT_SIGNING_KEY=\S{44}\npublic key: \S{44}\n", told.getvalue())


def test_an_export_is_verified_by_the_program_in_the_documents(
    place: Any, tmp_path: Path, signed: Path, public_key: str
) -> None:
    program = re.findall(r"```python\n(.+?)```", DOCUMENT.read_text(), re.DOTALL)[0]
    file = export(place, tmp_path / "exported")

    def run(*arguments: Any) -> str:
        command = [sys.executable, "-c", program, *map(str, arguments)]
        return subprocess.run(command, capture_output=True, text=True, check=False).stdout

    lines = file.read_text().splitlines()
    assert run(file) == f"{len(lines)} entries are as they were written\n"
    assert run(file, signed, public_key) == run(file)
    file.write_text("\n".join([*lines[:2], *lines[3:]]))
    assert run(file) == "number 4 is altered, or does not follow the entry before\n"
    file.write_text("\n".join(lines[:-1]))
    assert run(file, signed, public_key) == f"number {len(lines)} is not that of the checkpoint\n"


def test_an_export_is_verified_by_the_command_and_audited(place: Any, tmp_path: Path) -> None:
    file = export(place, tmp_path / "exported")
    lines = file.read_text().splitlines()
    assert f"{len(lines)} entries are as they were written" in verify("--file", file)
    entry = AuditEntry.objects.get(workspace_id=None, action="audit.exported")
    assert (entry.entity_id, entry.reason) == (str(place), "manage.py audit export")
    file.write_text("\n".join(lines).replace("workspace.created", "workspace.x"))
    assert "number 1: its hash is not that of its fields" in refusal("--file", file)
    for text in ("x", "[]", json.dumps({"number": 1})):
        file.write_text(text)
        assert "Line 1 is not an entry" in refusal("--file", file)


def test_a_workspace_that_is_not_there_is_refused(place: Any, tmp_path: Path) -> None:
    assert "There is no such workspace" in refusal("--workspace", "nowhere")
    assert "No such file" in refusal("--file", tmp_path / "nothing")
