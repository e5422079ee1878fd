"""The words of mails about accounts, by kind."""

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from outbox.mail.letters import Button, Code, Facts, Letter, Paragraph, Part
from outbox.mail.text import in_utc

NOTHING_TO_DO = Paragraph("It was not you? Then nothing needs to be done.")
CHOOSE_ANOTHER = "Choose a new password"


@dataclass(frozen=True, kw_only=True)
class Account:
    """What mails about an account may name; each kind says some of it.

    `subject` and `text` are those of a mail that allauth has written.
    """

    email: str
    link: str = ""
    code: str = ""
    at: datetime | None = None
    address: str = ""
    """The internet address."""
    user_agent: str = ""
    provider: str = ""
    disowned: bool = False
    """Whether the address was unverified until now, so that former credentials ended."""
    subject: str = ""
    text: str = ""

    @property
    def when(self) -> str:
        return in_utc(self.at) if self.at else ""

    @property
    def device(self) -> Facts:
        return Facts([("Internet address", self.address), ("Program", self.user_agent)])


def _confirm(about: Account) -> Letter:
    if about.code:
        subject, lead = "Your code", "Enter this code where you are signing in, within ten minutes:"
        way: Part = Code(about.code)
    else:
        subject, lead = "Confirm your address", f"Confirm that {about.email} is your address:"
        way = Button("Confirm the address", about.link)
    return _letter(subject, Paragraph(lead), way, NOTHING_TO_DO)


def _existing(about: Account) -> Letter:
    return _letter(
        "You already have an account",
        Paragraph(
            f"Somebody, probably you, tried to sign up with {about.email}, which already has an"
            " account. Sign in with it; if you have forgotten the password, choose a new one:"
        ),
        Button(CHOOSE_ANOTHER, about.link),
        NOTHING_TO_DO,
    )


def _reset(about: Account) -> Letter:
    return _letter(
        "Choose a new password",
        Paragraph(f"Somebody, probably you, asked for a new password for {about.email}."),
        Paragraph("Choose one here within an hour; the link works once:"),
        Button(CHOOSE_ANOTHER, about.link),
        Paragraph("It was not you? Then nothing needs to be done: your password stays as it is."),
    )


def _unknown(about: Account) -> Letter:
    return _letter(
        "No account has this address",
        Paragraph(
            f"Somebody, perhaps you, asked for a new password for {about.email}, but no account has"
            " this address."
        ),
        Paragraph("You may have signed up with another one. To begin anew:"),
        Button("Sign up", about.link),
        NOTHING_TO_DO,
    )


def _changed(about: Account) -> Letter:
    return _letter(
        "Your password was changed",
        Paragraph(
            f"The password of your account {about.email} was changed on {about.when}."
            " Other devices have been signed out."
        ),
        *_at_once(about),
    )


def _new_device(about: Account) -> Letter:
    return _letter(
        "A sign-in from a new device",
        Paragraph(
            f"Somebody signed in to your account {about.email} on {about.when}, from where you had"
            " not been before:"
        ),
        about.device,
        Paragraph(
            "It was you? Then nothing needs to be done. Otherwise choose a new password at once,"
            " which signs out every device:"
        ),
        Button(CHOOSE_ANOTHER, about.link),
    )


def _linked(about: Account) -> Letter:
    former = (
        " The address had never been verified here, so the former password, second factors and"
        " devices do not work any more."
    )
    return _letter(
        f"A new way to sign in: {about.provider}",
        Paragraph(
            f"Since {about.when} an account at {about.provider} opens your account {about.email}."
            f"{former if about.disowned else ''}"
        ),
        Paragraph("It was not you? Then choose a new password, and remove that account:"),
        Button(CHOOSE_ANOTHER, about.link),
    )


def _unlinked(about: Account) -> Letter:
    return _letter(
        f"{about.provider} does not sign you in any more",
        Paragraph(
            f"Since {about.when} your account at {about.provider} does not open your account"
            f" {about.email} any more."
        ),
        *_at_once(about),
    )


def _enrolment(about: Account) -> Letter:
    return _letter(
        "You may set up your first second factor",
        Paragraph(
            f"On {about.when} a superuser allowed your account {about.email} to set up its first"
            " second factor without a code by mail, for half an hour."
        ),
        *_at_once(about, "You did not ask for that?"),
    )


def _enrolment_code(about: Account) -> Letter:
    return _letter(
        "Your code for the first second factor",
        Paragraph(
            f"Somebody who knows the password of your account {about.email} is about to set up its"
            " first second factor. If that is you, enter this code where you are signed in, within"
            " ten minutes:"
        ),
        Code(about.code),
        Paragraph(
            "It was not you? Then do not give the code to anybody, and change your password"
            " at once."
        ),
    )


def _written(about: Account) -> Letter:
    """What allauth has written, such as that a second factor was added."""
    return _letter(
        about.subject,
        *(Paragraph(text.strip()) for text in about.text.split("\n\n") if text.strip()),
        Facts([("When", about.when), *about.device.pairs]),
        Paragraph("It was not you? Then choose a new password at once."),
    )


def _at_once(about: Account, question: str = "It was not you?") -> tuple[Part, Part]:
    lead = f"{question} Then choose a new password at once:"
    return Paragraph(lead), Button(CHOOSE_ANOTHER, about.link)


def _letter(subject: str, *parts: Part) -> Letter:
    return Letter(subject=subject, parts=parts)


LETTERS: dict[str, Callable[[Account], Letter]] = {
    "confirmation": _confirm,
    "existing_account": _existing,
    "written_by_allauth": _written,
    "password_reset": _reset,
    "unknown_account": _unknown,
    "password_changed": _changed,
    "new_device": _new_device,
    "account_linked": _linked,
    "account_unlinked": _unlinked,
    "enrolment_approved": _enrolment,
    "enrolment_code": _enrolment_code,
}
