"""Which requests may bring a file, and are therefore allowed a larger body than all others."""

from __future__ import annotations

import re

from core.api.forms import FORM

LARGEST_UPLOAD = (50 * 1024 + 64) * 1024
"""A file of 50 MiB, in a form with other fields and what separates them."""
FORMS = re.compile(r"/api/(tasks/[^/]+/attachments|workspaces/[^/]+/import-files)/*")
BY_LINK = re.compile(r"/api/files/[^/]+/*")


PASSED_ON = re.compile(r"/api/(attachments/[^/]+/complete|import-files/[^/]+/(complete|preview))/*")


def may_pass_file_on(method: str, path: str, content_type: str) -> bool:
    """Whether the request may wait for where files are kept, such as a bucket."""
    is_passed_on = method == "POST" and PASSED_ON.fullmatch(path)
    return bool(is_passed_on or largest_upload(method, path, content_type))


def largest_upload(method: str, path: str, content_type: str) -> int:
    """Most bytes of the body if the request may bring a file, else 0."""
    is_file = method == "PUT" and BY_LINK.fullmatch(path)
    is_form = method == "POST" and content_type.lower().startswith(FORM)
    return LARGEST_UPLOAD if is_file or (is_form and FORMS.fullmatch(path)) else 0
