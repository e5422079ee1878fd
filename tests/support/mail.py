"""What tests about mail share."""

from collections.abc import Iterator

import pytest
from pytest_django.fixtures import Settings

from outbox.mail import smtp
from tests.support.sink import Sink

FILES = "django.core.mail.backends.filebased.EmailBackend"
SMTP = "django.core.mail.backends.smtp.EmailBackend"


@pytest.fixture
def sink(settings: Settings) -> Iterator[Sink]:
    """A mail server of this test, which Django sends to."""
    server = Sink()
    settings.EMAIL_BACKEND = SMTP
    settings.EMAIL_HOST, settings.EMAIL_PORT = "127.0.0.1", server.port
    server.open()
    yield server
    smtp.close()
    server.close()
