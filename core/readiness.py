"""The registry of checks that apps add to `/readyz`, besides that of the database."""

from collections.abc import Callable

ReadinessCheck = Callable[[], str]

_checks: dict[str, ReadinessCheck] = {}


def readiness_check(name: str) -> Callable[[ReadinessCheck], ReadinessCheck]:
    """Register the decorated function: it returns what is wrong in a few words, "" if nothing is.

    `/readyz` is public, so the text must not contain a person, address or secret.
    """

    def register(check: ReadinessCheck) -> ReadinessCheck:
        _checks[name] = check
        return check

    return register


def problems() -> dict[str, str]:
    """Run all checks; the text of each that found a problem, by name."""
    answers = {name: check() for name, check in _checks.items()}
    return {name: answer for name, answer in answers.items() if answer}
