"""What `/readyz` says about mail."""

from core.readiness import watches
from outbox.mail.failures import mail_failure


@watches("mail")
def mail() -> str:
    failure = mail_failure()
    return failure.reason if failure else ""
