"""Some rounds of `bin/faults mail`, and what it would notice."""

from collections import Counter
from collections.abc import Iterator
from pathlib import Path
from random import Random

import pytest

from dev.faults import mail
from dev.faults.mail_state import DUE, Row, id_of, too_late, wrong_copies, wrong_intents
from dev.faults.mail_writing import Journal
from dev.faults.serving import sending, serving
from dev.mail_server import MailServer, Taken

FAULTS = ["worker killed at outbox.after_send", "mail server: drops", "redis killed"]
ID = "0190-a"


@pytest.fixture
def server() -> Iterator[MailServer]:
    here = MailServer(chance=Random(1))
    here.start()
    yield here
    here.stop()


@pytest.mark.usefixtures("committed_db")
def test_mail_arrives_whatever_is_killed(
    tmp_path: Path,
    server: MailServer,
    monkeypatch: pytest.MonkeyPatch,
    capsys: pytest.CaptureFixture[str],
) -> None:
    monkeypatch.setenv("DJANGO_SETTINGS_MODULE", "config.settings.development")
    variables = {**mail.VARIABLES, "EMAIL_URL": f"smtp://127.0.0.1:{server.port}"}
    with serving(tmp_path, 1) as servers, sending(servers, tmp_path, **variables) as senders:
        code = mail.run(servers, senders, server, rounds=len(FAULTS), seed=3, faults=FAULTS)
    printed = capsys.readouterr().out
    assert code == 0, printed
    assert "worker's processes that died at a point" in printed
    assert "task_assigned SENT" in printed
    assert any(taken.was_dropped for taken in server.taken)
    assert len(server.taken) > 10


def delivery(state: str, *, attempts: int = 1, at: float = 0.0, kind: str = DUE[0]) -> Row:
    return Row(ID, kind, "max", "task", state, attempts, "", at)


def taken(*, generation: int = 0, was_dropped: bool = False) -> Taken:
    return Taken(f"<{ID}.{generation}@example.com>", "max@example.com", 0.0, was_dropped)


def test_the_delivery_of_a_mail_is_in_its_message_id() -> None:
    assert id_of(taken().message_id) == ID


@pytest.mark.parametrize(
    ("row", "mails", "excused", "complaint"),
    [
        (delivery("SENT"), [taken()], [], None),
        (delivery("SENT"), [], [], "never arrived"),
        (delivery("SENT", attempts=2), [taken(), taken()], [], "arrived 2 times, at most 1"),
        (delivery("SENT", attempts=2), [taken(was_dropped=True), taken()], [], None),
        (delivery("SENT", attempts=2), [taken(), taken()], [ID], None),
        (delivery("SENT", attempts=1), [taken(), taken()], [ID], "arrived 2 times, at most 1"),
        (delivery("SENT", attempts=2), [taken(), taken(generation=1)], [ID], "other ids"),
        (delivery("SKIPPED"), [taken()], [], "arrived 1 times, at most 0"),
        (delivery("DEAD"), [], [], None),
    ],
)
def test_copies_and_losses_are_noticed(
    row: Row, mails: list[Taken], excused: list[str], complaint: str | None
) -> None:
    found = list(wrong_copies([row], mails, excused))
    assert found == [] if complaint is None else [each for each in found if complaint in each]


def test_mail_nobody_wrote_is_noticed() -> None:
    assert len(list(wrong_copies([], [taken()], []))) == 1


def test_assignments_without_their_delivery_are_noticed() -> None:
    journal, row = Journal(), delivery("SENT", kind="task_assigned")
    pair = ("task", "max")
    journal.assigned[pair] = 1
    assert list(wrong_intents([row], journal, Counter([pair]))) == []
    assert "with 0 deliveries" in next(wrong_intents([], journal, Counter([pair])))
    assert "with 2 deliveries" in next(wrong_intents([row, row], journal, Counter([pair])))
    assert len(list(wrong_intents([row], journal, Counter()))) == 2


def test_mail_about_what_had_ended_is_noticed() -> None:
    journal = Journal(completed={"task": 100.0})
    assert list(too_late([delivery("SENT", at=105)], journal, 6)) == []
    assert "10.0 s after" in next(too_late([delivery("SENT", at=110)], journal, 6))
    assert list(too_late([delivery("SKIPPED", at=110)], journal, 6)) == []
    assert list(too_late([delivery("SENT", at=110, kind="task_assigned")], journal, 6)) == []
    journal.taken_away["task", "max"] = 90.0
    assert list(too_late([delivery("SENT", at=110, kind="task_assigned")], journal, 6))
