"""Secrets that stand in paths do not reach the log."""

import logging
from typing import Any

import pytest
from django.conf import settings
from structlog.stdlib import ProcessorFormatter


@pytest.mark.parametrize(
    ("told", "kept"),
    [
        ("Internal Server Error: /api/invitations/s3cret/accept", "/api/invitations/•••••/accept"),
        ("GET /api/invitations/s3cret?x=1", "/api/invitations/•••••?x=1"),
        ("GET //api/invitations/s3cret", "/api/invitations/•••••"),
        ("GET /api/unsubscribe/s3cret=", "/api/unsubscribe/•••••"),
        ("GET /api/notifications/unsubscribe/s3cret=", "/api/notifications/unsubscribe/•••••"),
        ("PUT /api/files/s3cret=", "/api/files/•••••"),
        ("GET /api/invitations", "GET /api/invitations"),
        ("GET /api/workspaces/7/invitations/5", "GET /api/workspaces/7/invitations/5"),
        ("/accounts/password/reset/key/1a-s3cret/", "/accounts/password/reset/key/•••••/"),
        ("/accounts/confirm-email/s3cret/", "/accounts/confirm-email/•••••/"),
        ("GET /reset-password/s3cret", "GET /reset-password/•••••"),
        ("see https://app.example.com/invitations/s3cret", "app.example.com/invitations/•••••"),
        (f"with pmp_{'s3cret' * 8}", "with pmp_•••••"),
        ("Bearer eyJhbGciOiJI.s3cret.s3cret-x", "Bearer eyJ•••••"),
    ],
)
def test_secrets_of_paths_are_covered(told: str, kept: str) -> None:
    """As any library would tell it, through the formatter of the running server."""
    logging_settings: Any = settings.LOGGING
    told_as = logging_settings["formatters"]["console"]
    options = {name: value for name, value in told_as.items() if name != "()"}
    record = logging.LogRecord("django.request", logging.ERROR, "", 0, told, None, None)
    line = ProcessorFormatter(**options).format(record)
    assert kept in line
    assert "s3cret" not in line
