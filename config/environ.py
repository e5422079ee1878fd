"""The WSGI environ of an HTTP request that uvicorn has parsed."""

from __future__ import annotations

import sys
from functools import lru_cache
from io import BytesIO
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from collections.abc import MutableMapping

    from config.bodies import Body

    Environ = dict[str, Any]

DIFFERENT_NAMES = {
    b"content-type": "CONTENT_TYPE",
    # Said again by the size of the body that has been received.
    b"content-length": "",
    b"transfer-encoding": "",
}


class SentFile:
    """A file that Django answers with: it is sent piece by piece, not as a part of the answer."""

    def __init__(self, file: Any, block_size: int = 0) -> None:
        self.file = file

    def close(self) -> None:
        self.file.close()


def environ_of(scope: MutableMapping[str, Any], body: Body | bytes) -> Environ:
    """The environ, with the actual size of the body; texts in it are bytes read as latin-1."""
    server, port = scope["server"] or ("localhost", 80)
    client, client_port = scope["client"] or ("", "")
    environ: Environ = {
        "REQUEST_METHOD": scope["method"],
        "SCRIPT_NAME": "",
        "PATH_INFO": scope["path"].encode().decode("latin-1"),
        "QUERY_STRING": scope["query_string"].decode("latin-1"),
        "SERVER_PROTOCOL": f"HTTP/{scope['http_version']}",
        "SERVER_NAME": server,
        "SERVER_PORT": str(port or 0),
        "REMOTE_ADDR": client,
        "REMOTE_PORT": str(client_port),
        "CONTENT_LENGTH": str(len(body)),
        "wsgi.version": (1, 0),
        "wsgi.url_scheme": scope["scheme"],
        "wsgi.input": BytesIO(body) if isinstance(body, bytes | bytearray) else body.reader(),
        "wsgi.file_wrapper": SentFile,
        "wsgi.errors": sys.stderr,
        "wsgi.multithread": True,
        "wsgi.multiprocess": False,
        "wsgi.run_once": False,
    }
    for name, value in scope["headers"]:
        key = _key(name)
        if key in environ:
            environ[key] += "," + value.decode("latin-1")
        elif key:
            environ[key] = value.decode("latin-1")
    return environ


@lru_cache(maxsize=256)
def _key(header: bytes) -> str:
    """The key of a header in lower case; empty for one that is left out.

    WSGI maps "-" to "_": a header with "_" could forge one that a proxy sets.
    """
    if header in DIFFERENT_NAMES or b"_" in header:
        return DIFFERENT_NAMES.get(header, "")
    return f"HTTP_{header.decode('latin-1').upper().replace('-', '_')}"
