"""Samples of mails: every kind with made-up values, for the page that shows them and for tests.

They stand in the `samples.py` of the apps, beside their composers, and are loaded when somebody
asks for them.
"""

from collections.abc import Callable
from dataclasses import dataclass

from django.utils.module_loading import autodiscover_modules

from outbox.mail.drafts import MailDraft

RECIPIENT = "greta@example.com"


@dataclass(frozen=True, kw_only=True)
class Sample:
    """A mail of a kind; `title` tells samples of the same kind apart, "" for an only one."""

    kind: str
    title: str
    draft: Callable[[], MailDraft]


_samples: list[Sample] = []

Function = Callable[[], MailDraft]


def sample_of(kind: str, title: str = "") -> Callable[[Function], Function]:
    """Register the decorated function as the maker of a sample."""

    def register(draft: Function) -> Function:
        _samples.append(Sample(kind=kind, title=title, draft=draft))
        return draft

    return register


def all_samples() -> list[Sample]:
    """The samples of all apps, by kind and title."""
    autodiscover_modules("samples")
    return sorted(_samples, key=lambda sample: (sample.kind, sample.title))
