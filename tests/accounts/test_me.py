"""GET and PATCH /api/auth/me."""

from typing import Any
from unittest.mock import ANY

import pytest
from rest_framework.test import APIClient

from accounts.models import User


def test_me_is_the_person_signed_in(signed_in: APIClient, grace: User) -> None:
    response = signed_in.get("/api/auth/me")

    assert (response.status_code, response["ETag"]) == (200, '"1"')
    assert response.json() == {
        "success": True,
        "data": {
            "id": str(grace.pk),
            "email": "grace@example.com",
            "name": "Grace Hopper",
            "avatar_url": "",
            "time_zone": "UTC",
            "created_at": ANY,
            "version": 1,
        },
    }


def test_me_is_known_by_the_id_of_the_identity_provider(signed_in: APIClient, grace: User) -> None:
    User.objects.filter(pk=grace.pk).update(external_id="user_2abc")

    assert signed_in.get("/api/auth/me").json()["data"]["id"] == "user_2abc"


@pytest.mark.django_db
@pytest.mark.parametrize("method", ["get", "patch"])
def test_me_is_nobody_without_a_credential(stranger: APIClient, method: str) -> None:
    response = getattr(stranger, method)("/api/auth/me")

    assert (response.status_code, response["WWW-Authenticate"]) == (401, "Bearer")
    assert response.json()["code"] == "not_authenticated"


def test_me_changes_name_picture_and_time_zone(signed_in: APIClient, grace: User) -> None:
    changes = {
        "name": "Rear Admiral Hopper",
        "avatarUrl": "https://example.com/grace.png",
        "timeZone": "America/New_York",
    }
    response = signed_in.patch("/api/auth/me", changes)

    assert (response.status_code, response["ETag"]) == (200, '"2"')
    grace.refresh_from_db()
    assert (grace.name, grace.avatar_url, grace.time_zone) == tuple(changes.values())


def test_me_stays_the_same_version_when_nothing_changes(signed_in: APIClient) -> None:
    response = signed_in.patch("/api/auth/me", {"name": "Grace Hopper"})

    assert response["ETag"] == '"1"'


def test_me_refuses_a_change_made_on_an_older_reading(signed_in: APIClient, grace: User) -> None:
    signed_in.patch("/api/auth/me", {"name": "First"})

    response = signed_in.patch("/api/auth/me", {"name": "Second"}, HTTP_IF_MATCH='"1"')

    assert (response.status_code, response.json()["code"]) == (412, "stale")
    grace.refresh_from_db()
    assert grace.name == "First"


@pytest.mark.parametrize(
    ("changes", "errors"),
    [
        (
            {"time_zone": "Europe/Atlantis"},
            {"time_zone": ["Not the name of a time zone, such as Europe/Berlin."]},
        ),
        ({"avatar_url": "javascript:alert(1)"}, {"avatar_url": ["Enter a valid URL."]}),
        ({"name": "x" * 201}, {"name": ["Ensure this field has no more than 200 characters."]}),
        (
            {"name": "a\0b"},
            {
                "name": [
                    "Null characters are not allowed.",
                    "Line breaks and control characters are not allowed here.",
                ]
            },
        ),
    ],
    ids=["time zone", "picture", "long name", "null"],
)
def test_me_refuses_nonsense(
    signed_in: APIClient, changes: dict[str, Any], errors: dict[str, list[str]]
) -> None:
    response = signed_in.patch("/api/auth/me", changes)

    assert response.status_code == 400
    assert response.json()["errors"] == errors


def test_me_hands_out_no_powers(signed_in: APIClient, grace: User) -> None:
    signed_in.patch("/api/auth/me", {"is_staff": True, "email": "other@example.com"})

    grace.refresh_from_db()
    assert (grace.is_staff, grace.email) == (False, "grace@example.com")
