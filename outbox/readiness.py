"""What `/readyz` says about mail."""

from core.readiness import readiness_check
from outbox.mail.failures import mail_failure


@readiness_check("mail")
def mail() -> str:
    failure = mail_failure()
    return failure.reason if failure else ""
