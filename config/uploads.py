"""Which requests may bring a file, and are therefore allowed a larger body than all others."""

from __future__ import annotations

import re

from core.api.forms import FORM

LARGEST_UPLOAD = (50 * 1024 + 64) * 1024
"""A file of 50 MiB, in a form with other fields and what separates them."""
ON_TASK = re.compile(r"/api/tasks/[^/]+/attachments/*")
BY_LINK = re.compile(r"/api/files/[^/]+/*")


COMPLETED = re.compile(r"/api/attachments/[^/]+/complete/*")


def may_pass_file_on(method: str, path: str, content_type: str) -> bool:
    """Whether the request may wait for where files are kept, such as a bucket."""
    is_completed = method == "POST" and COMPLETED.fullmatch(path)
    return bool(is_completed or largest_upload(method, path, content_type))


def largest_upload(method: str, path: str, content_type: str) -> int:
    """Most bytes of the body if the request may bring a file, else 0."""
    is_file = method == "PUT" and BY_LINK.fullmatch(path)
    is_form = method == "POST" and content_type.lower().startswith(FORM)
    return LARGEST_UPLOAD if is_file or (is_form and ON_TASK.fullmatch(path)) else 0
