"""What the OpenAPI document tells of signing in; every answer is compared with it."""

from tests.support.openapi import operations


def test_whoever_is_kept_waiting_was_told() -> None:
    """Everything a stranger may try over and over is limited, and says so."""
    guessed = {
        path: told["responses"].keys()
        for (method, path), told in operations().items()
        if method == "post" and path.startswith("/api/auth/") and not told.get("security")
    }
    assert len(guessed) > 8
    unlimited = {path for path, statuses in guessed.items() if "429" not in statuses}
    assert unlimited == {"/api/auth/logout", "/api/auth/webhook"}


def test_what_is_deleted_may_be_named_in_a_body() -> None:
    for path in ("/api/tasks", "/api/auth/me"):
        assert operations()["delete", path]["requestBody"]["content"].keys() == {"application/json"}
