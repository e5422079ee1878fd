"""Samples of mails about accounts."""

from dataclasses import replace
from datetime import UTC, datetime
from functools import partial

from identity.letters import LETTERS, Account
from outbox.mail.drafts import MailDraft
from outbox.mail.samples import RECIPIENT, sample_of

ABOUT = Account(
    email=RECIPIENT,
    link="https://app.example.com/reset-password/•••••",
    at=datetime(2027, 3, 1, 9, 30, tzinfo=UTC),
    address="192.0.2.17",
    user_agent="Firefox 148 on Linux",
    provider="GitHub",
    disowned=True,
    subject="Security key added",
    text="A new security key has been added.",
)
SEALED = {
    "confirmation": "an address is confirmed by a link",
    "existing_account": "somebody signs up again",
    "enrolment_code": "staff enrol their first factor",
    "written_by_allauth": "what allauth writes",
}
"""Letters of the kind `account`, and when they are sent."""


def _draft(letter: str, about: Account) -> MailDraft:
    return MailDraft(to=RECIPIENT, letter=LETTERS[letter](about))


for name in LETTERS.keys() - SEALED:
    sample_of(name)(partial(_draft, name, ABOUT))
for name, when in SEALED.items():
    code = "QRTZ-WXMN" if name == "enrolment_code" else ""
    sample_of("account", when)(partial(_draft, name, replace(ABOUT, code=code)))
sample_of("account", "an address is confirmed by a code")(
    partial(_draft, "confirmation", replace(ABOUT, code="QRTZ-WXMN"))
)
