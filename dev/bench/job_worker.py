"""A worker that does jobs until it is ended: without a broker, whose messages are only hints."""

import time
from importlib import import_module

import django

PAUSE = 0.05


def main() -> None:
    django.setup()
    running = import_module("jobs.services.running")
    while True:
        running.run_due_jobs(has_time=lambda: True)
        time.sleep(PAUSE)


if __name__ == "__main__":
    main()
