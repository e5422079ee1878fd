"""Files with a service that speaks S3; imported only where one is configured."""

from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from typing import IO, Any

from botocore.client import BaseClient
from botocore.config import Config
from botocore.exceptions import BotoCoreError, ClientError
from botocore.session import Session
from django.utils.http import content_disposition_header
from urllib3.exceptions import HTTPError

from attachments.storage.base import (
    LINK_SECONDS,
    RETRY_AFTER,
    FileLink,
    StoredFile,
    UploadTicket,
)
from core.errors import Unavailable

OPTIONS: dict[str, Any] = {
    "signature_version": "s3v4",
    "connect_timeout": 3,
    "read_timeout": 8,
    "retries": {"total_max_attempts": 2},
    # Other servers that speak S3 do not know the checksums that AWS's does.
    "request_checksum_calculation": "when_required",
    "response_checksum_validation": "when_required",
}
FAILURES = 500
MISSING = ("404", "NoSuchKey", "NotFound")


@dataclass(frozen=True)
class Bucket:
    """A bucket and who may use it; without an `endpoint` it is AWS's own."""

    name: str
    key_id: str
    secret: str
    region: str
    endpoint: str | None = None


class S3Storage:
    def __init__(self, bucket: Bucket) -> None:
        self.bucket = bucket.name
        self.client: Any = _client_of(bucket)

    def save(self, key: str, content: IO[bytes], content_type: str) -> None:
        kind = {"ContentType": content_type or "application/octet-stream"}
        with _answers():
            self.client.put_object(Bucket=self.bucket, Key=key, Body=content, **kind)

    @contextmanager
    def open(self, key: str) -> Iterator[IO[bytes]]:
        with _answers():
            answer = self.client.get_object(Bucket=self.bucket, Key=key)
            with closing(answer["Body"]) as body:
                yield body

    def copy(self, source: str, target: str) -> None:
        place = {"Bucket": self.bucket, "Key": source}
        with _answers():
            self.client.copy_object(Bucket=self.bucket, Key=target, CopySource=place)

    def remove(self, key: str) -> None:
        with _answers():
            self.client.delete_object(Bucket=self.bucket, Key=key)

    def files_after(self, key: str) -> Iterator[StoredFile]:
        """In the order of the UTF-8 of their keys, a thousand for each request."""
        start = {"StartAfter": key} if key else {}
        lists = self.client.get_paginator("list_objects_v2")
        with _answers():
            for page in lists.paginate(Bucket=self.bucket, **start):
                for found in page.get("Contents", ()):
                    yield StoredFile(found["Key"], found["LastModified"].timestamp())

    def reading_link(self, link: FileLink) -> str:
        """S3 sends the headers that are signed here, whatever the file was stored with."""
        shown = content_disposition_header(as_attachment=True, filename=link.file_name)
        asked = {
            "Bucket": self.bucket,
            "Key": link.key,
            "ResponseContentDisposition": shown,
            "ResponseContentType": link.content_type,
            "ResponseCacheControl": "no-store",
        }
        url: str = self.client.generate_presigned_url(
            "get_object", Params=asked, ExpiresIn=LINK_SECONDS
        )
        return url

    def upload_ticket(self, file: FileLink, size: int) -> UploadTicket:
        kind = {"Content-Type": file.content_type}
        signed = self.client.generate_presigned_post(
            self.bucket,
            file.key,
            Fields=kind,
            Conditions=[kind, ["content-length-range", size, size]],
            ExpiresIn=LINK_SECONDS,
        )
        return UploadTicket("POST", signed["url"], fields=signed["fields"])


def _client_of(bucket: Bucket) -> BaseClient:
    """Without files or services that could name another account."""
    style = "path" if bucket.endpoint else "auto"
    session = Session(session_vars={"config_file": (None, None, None, None)})
    return session.create_client(
        "s3",
        region_name=bucket.region,
        endpoint_url=bucket.endpoint,
        aws_access_key_id=bucket.key_id,
        aws_secret_access_key=bucket.secret,
        config=Config(**OPTIONS, s3={"addressing_style": style}),
    )


@contextmanager
def _answers() -> Iterator[None]:
    """FileNotFoundError if S3 says that there is no such object, Unavailable if it does not answer.

    A key that is refused, or a bucket that is gone, is an error of the installation.
    """
    try:
        yield
    except ClientError as problem:
        code = problem.response["Error"]["Code"]
        if code in MISSING:
            raise FileNotFoundError from problem
        if problem.response["ResponseMetadata"]["HTTPStatusCode"] < FAILURES and code != "SlowDown":
            raise
        raise Unavailable(retry_after=RETRY_AFTER) from problem
    except (BotoCoreError, HTTPError) as problem:
        raise Unavailable(retry_after=RETRY_AFTER) from problem
