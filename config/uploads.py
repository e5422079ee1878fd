"""Which requests may bring a file, and are therefore allowed a larger body than all others."""

from __future__ import annotations

import re

LARGEST_UPLOAD = (50 * 1024 + 64) * 1024
"""A file of 50 MiB, in a form with other fields and what separates them."""
FORM = "multipart/form-data"
ON_TASK = re.compile(r"/api/tasks/[^/]+/attachments/*")
BY_LINK = re.compile(r"/api/files/[^/]+/*")


def largest_upload(method: str, path: str, content_type: str) -> int:
    """Most bytes of the body if the request may bring a file, else 0."""
    is_file = method == "PUT" and BY_LINK.fullmatch(path)
    is_form = method == "POST" and content_type.lower().startswith(FORM)
    return LARGEST_UPLOAD if is_file or (is_form and ON_TASK.fullmatch(path)) else 0
