"""The room of a person tells how far their jobs have come, and nobody else's."""

from collections.abc import Callable

from jobs.services.running import run_due_jobs
from jobs.services.submission import submit_job
from tests.realtime.wire import Opened
from tests.support.actors import by
from tests.support.cast import Cast

TokenOf = Callable[[str], str]


def test_the_owner_sees_a_job_go_on(opened: Opened, team: Cast, token_of: TokenOf) -> None:
    lea, moe = (opened.greeted(token_of(name)) for name in ("lea", "moe"))
    for one in (lea, moe):
        one.follow("user:me")
    job, _ = submit_job(actor=by(team.lea), kind="echo", payload={"message": "Ahoy"})
    first = lea.until("job")[-1]
    assert (first["room"], first["job"]["id"]) == ("user:me", str(job.pk))
    run_due_jobs(has_time=lambda: True)
    told = [first]
    while told[-1]["job"]["state"] != "COMPLETED":
        told += [lea.until("job")[-1]]
    assert told[-1]["job"]["result"] == {"echo": "Ahoy"}
    moe.say("ping")
    assert [each["type"] for each in moe.until("pong")] == ["pong"]
