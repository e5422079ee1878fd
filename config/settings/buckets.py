"""Settings of the service that keeps files, if it is not a folder of this machine."""

import re

from django.core.exceptions import ImproperlyConfigured

from config import env

NAME = re.compile(r"[a-z0-9][a-z0-9.-]{1,61}[a-z0-9]")
REGION = re.compile(r"[a-z0-9-]{1,40}")
REQUIRED = ("AWS_STORAGE_BUCKET_NAME", "AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY")
BESIDES = ("AWS_REGION", "AWS_ENDPOINT_URL")


def bucket() -> tuple[str, str, str, str, str | None] | None:
    """Name, key, secret, region and endpoint of the bucket; None if files are kept in a folder."""
    if not env.together(*REQUIRED):
        if useless := env.given(*BESIDES):
            raise ImproperlyConfigured(f"{useless[0]} is of no use without {REQUIRED[0]}.")
        return None
    name, key, secret = map(env.text, REQUIRED)
    region = env.text("AWS_REGION", "us-east-1")
    _check("AWS_STORAGE_BUCKET_NAME", NAME, name)
    _check("AWS_REGION", REGION, region)
    has_endpoint = env.given("AWS_ENDPOINT_URL")
    endpoint = env.secure_url("AWS_ENDPOINT_URL") if has_endpoint else None
    return name, key, secret, region, endpoint


def _check(key: str, form: re.Pattern[str], value: str) -> None:
    if not form.fullmatch(value):
        raise ImproperlyConfigured(f"{key} cannot be understood.")
