"""Founding a workspace, and the address it gets."""

import pytest

from tests.support.actors import by
from tests.support.cast import Cast, client_of
from tests.support.databases import CommittedDatabase
from tests.support.documents import workspace_document
from tests.support.log import log_of
from tests.support.threads import times
from workspaces.models import Membership, Workspace
from workspaces.services.workspaces import create_workspace, personal_workspace


def test_create_workspace_answers_the_workspace(cast: Cast) -> None:
    body = {"name": "New Workspace", "imageUrl": "https://example.com/a.png"}
    answer = client_of(cast.gus).ask("POST", "/api/workspaces", body, status=201)
    made = Workspace.objects.get(slug="new-workspace")
    assert made.image_url == "https://example.com/a.png"
    assert answer == {
        "success": True,
        "data": workspace_document(made, cast.gus),
        "message": "Workspace created successfully",
    }


def test_create_workspace_makes_its_founder_admin(cast: Cast) -> None:
    client_of(cast.gus).ask("POST", "/api/workspaces", {"name": "Own"}, status=201)
    made = Workspace.objects.get(slug="own")
    assert made.owner == cast.gus
    assert Membership.objects.get(workspace=made).role == "ADMIN"
    assert log_of(made) == [("created", cast.gus.pk, {})]


@pytest.mark.parametrize(
    ("name", "slug"),
    [
        ("  Spaces   Around ", "spaces-around"),
        ("Ünïcödé & Söns", "unicode-sons"),
        ("under_scored --- twice", "under-scored-twice"),
        ("x" * 120, "x" * 100),
        ("5", "5"),
    ],
)
def test_a_slug_follows_from_the_name(cast: Cast, name: str, slug: str) -> None:
    made = client_of(cast.ada).ask("POST", "/api/workspaces", {"name": name}, status=201)
    assert made["data"]["slug"] == slug
    assert made["data"]["name"] == name.strip()


@pytest.mark.parametrize("name", ["Elsewhere", "ELSEWHERE", "API", "New", "日本", "!!!"])
def test_a_taken_or_reserved_slug_gets_a_suffix(cast: Cast, name: str) -> None:
    made = client_of(cast.ada).ask("POST", "/api/workspaces", {"name": name}, status=201)
    stem, _, suffix = made["data"]["slug"].rpartition("-")
    assert stem in ("elsewhere", "api", "new", "workspace")
    assert len(suffix) == 6


def test_create_workspace_under_an_address_of_ones_choice(cast: Cast) -> None:
    body = {"name": "Own", "slug": "My-Place"}
    made = client_of(cast.gus).ask("POST", "/api/workspaces", body, status=201)
    assert made["data"]["slug"] == "my-place"
    refusal = client_of(cast.ada).ask("POST", "/api/workspaces", body, status=409)
    assert (refusal["code"], [*refusal["errors"]]) == ("slug_taken", ["slug"])


def test_an_address_chosen_by_eight_at_once_is_had_by_one(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    ada = [client_of(cast.ada)] * 8
    body = {"name": "Own", "slug": "own"}
    answers = times(8, lambda n: ada[n].post("/api/workspaces", body, format="json").status_code)
    assert sorted(answers) == [201, *[409] * 7]


def test_one_name_chosen_by_eight_at_once_gives_eight_slugs(
    committed_db: CommittedDatabase, cast: Cast
) -> None:
    made = times(8, lambda _: create_workspace(actor=by(cast.ada), name="Twins").slug)
    assert len(set(made)) == 8
    assert "twins" in made


def test_a_personal_workspace_is_made_once(committed_db: CommittedDatabase, cast: Cast) -> None:
    gus = cast.gus
    found = times(4, lambda _: personal_workspace(actor=by(gus)).pk)
    assert len(set(found)) == 1
    assert Workspace.objects.filter(owner=gus).count() == 1
