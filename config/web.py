"""uvicorn, to which being asked to stop is no failure; takes its arguments."""

import signal
from types import FrameType

import uvicorn


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    # Once requests are answered, uvicorn raises the signal it was stopped by again.
    signal.signal(signal.SIGTERM, _end)
    uvicorn.main()
