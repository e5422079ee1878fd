"""Files to import from, with a service that speaks S3: stored there directly, copied to be read."""

import hashlib
from typing import Any

import requests

from attachments.storage.chosen import storage
from imports.services.files import open_import_file
from tests.support.actors import by
from tests.support.cast import Cast, client_of

TABLE = b"Title\n" + b"Oil it\n" * 100_000


def test_an_announced_file_is_stored_in_the_bucket_and_read_from_there(
    bucket: Any, cast: Cast
) -> None:
    client = client_of(cast.moe)
    digest = hashlib.sha256(TABLE).hexdigest()
    path = f"/api/workspaces/{cast.workspace.pk}/import-files"
    body = {"file_name": "t.csv", "size": len(TABLE), "sha256": digest}
    made = client.ask("POST", path, body, status=201)["data"]
    upload = made["upload"]
    fields = {each["name"]: each["value"] for each in upload["fields"]}
    sent = requests.post(upload["url"], fields, files={"file": TABLE}, timeout=10)
    assert sent.status_code == 204
    done = client.ask("POST", f"/api/import-files/{made['id']}/complete")["data"]
    assert done["state"] == "READY"
    with open_import_file(made["id"], by(cast.moe)) as (file, found):
        assert (file.seek(6), file.read(7), found) == (6, b"Oil it\n", digest)
        file.seek(0)
        assert file.read() == TABLE
    assert {each.key.split("/")[0] for each in storage().files_after("")} == {"imports"}
    assert client.ask("POST", f"/api/import-files/{made['id']}/preview", {})["data"]["source"]
