"""Runs uvicorn with its usual arguments; exits with 0 when it is stopped by SIGTERM."""

import signal
from types import FrameType

import uvicorn


def _end(number: int, frame: FrameType | None) -> None:
    raise SystemExit(0)


if __name__ == "__main__":
    # After its graceful shutdown uvicorn raises the signal again, which would end with 143.
    signal.signal(signal.SIGTERM, _end)
    uvicorn.main()
