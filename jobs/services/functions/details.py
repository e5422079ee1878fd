"""What the audit says of runs."""

from typing import Any

from jobs.events import FunctionReplayed, FunctionRunRequested


def of_run(event: FunctionRunRequested | FunctionReplayed) -> dict[str, Any]:
    """The function's name, and the run that was replayed."""
    replay_of = event.run.replay_of_id
    return {"function": event.run.function, "replay_of": str(replay_of) if replay_of else None}
