"""Pages name their files, and get them, whether `collectstatic` has run, long ago or never."""

import json
from pathlib import Path

import pytest
from django.core.files.base import ContentFile
from django.http import HttpResponse
from pytest_django import Settings
from whitenoise.middleware import WhiteNoiseMiddleware

from config.static_files import StaticFiles
from tests.config.production import settings_of

KNOWN, NEW = "admin/css/base.css", "unfold/css/styles.css"


@pytest.fixture
def storage(tmp_path: Path) -> StaticFiles:
    """Of a server whose files were collected before `NEW` was one of them."""
    listed = {"version": "1.1", "paths": {KNOWN: "admin/css/base.0123.css"}, "hash": ""}
    (tmp_path / "staticfiles.json").write_text(json.dumps(listed))
    return StaticFiles(location=tmp_path, base_url="/static/")


def test_a_collected_file_has_its_hash_in_its_name(storage: StaticFiles) -> None:
    assert storage.url(KNOWN) == "/static/admin/css/base.0123.css"


def test_what_pages_name_is_collected_once_and_compressed(
    settings: Settings, tmp_path: Path
) -> None:
    settings.DEBUG = False
    storage = StaticFiles(location=tmp_path, base_url="/static/")
    names = ("page.js", "page.js.map")
    for name in names:
        storage.save(name, ContentFile(b"one line " * 100))
    list(storage.post_process({name: (storage, name) for name in names}))
    digest = storage.stored_name("page.js").split(".")[1]
    stored = {path.name for path in tmp_path.iterdir()} - {"staticfiles.json"}
    assert stored == {f"page.{digest}.js", f"page.{digest}.js.gz", f"page.js.{digest}.map"}


def test_a_file_that_came_since_goes_by_its_own_name(storage: StaticFiles) -> None:
    assert storage.url(NEW) == f"/static/{NEW}"


def test_so_do_all_before_the_first_collection(tmp_path: Path) -> None:
    assert StaticFiles(location=tmp_path, base_url="/static/").url(KNOWN) == f"/static/{KNOWN}"


def test_production_serves_them_from_where_they_are(tmp_path: Path, settings: Settings) -> None:
    settings.STATIC_ROOT = str(tmp_path)
    settings.WHITENOISE_AUTOREFRESH, settings.WHITENOISE_USE_FINDERS = False, True
    served = WhiteNoiseMiddleware(lambda _: HttpResponse()).files
    assert {f"/static/{KNOWN}", f"/static/{NEW}"} - served.keys() == set()

    storages, finds = settings_of("STORAGES", "WHITENOISE_USE_FINDERS")
    assert (storages["staticfiles"]["BACKEND"], finds) == ("config.static_files.StaticFiles", True)
