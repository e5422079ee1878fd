"""Servers that answer too slowly, too much, or lead elsewhere: time and memory are limited."""

import gzip
import socket
import ssl
import subprocess
import threading
import time
import tracemalloc
from collections.abc import Iterator
from contextlib import suppress
from http.client import HTTPException
from pathlib import Path
from typing import Any

import pytest

from tests.webhooks.peer import Answering, Conversation, Peer, listening
from webhooks.services import posting
from webhooks.services.posting import TooLong, post
from webhooks.services.targets import target_of

HEAD = b"HTTP/1.1 200 OK\r\n"


@pytest.fixture
def hurried(monkeypatch: pytest.MonkeyPatch) -> None:
    """Waits for a second only, in all."""
    monkeypatch.setattr(posting, "SECONDS", 1.0)
    monkeypatch.setattr(posting, "BODY_SECONDS", 0.5)


def writing(*parts: bytes, pause: float = 0.0, times: int = 1) -> Answering:
    """Answers with these bytes, the last of them so many times, and then stays."""

    def answer(conversation: Conversation) -> None:
        write: Any = conversation.connection.sendall
        for part in parts[:-1]:
            write(part)
        for _ in range(times):
            write(parts[-1])
            time.sleep(pause)
        conversation.connection.settimeout(20)
        with suppress(OSError):
            conversation.connection.recv(1)

    return answer


def took(peer: Peer) -> tuple[Any, float]:
    """The status or the kind of error, and the seconds."""
    since = time.monotonic()
    try:
        found: Any = post(target_of(peer.url), b"{}", {}).status
    except (OSError, HTTPException) as problem:
        found = type(problem)
    return found, time.monotonic() - since


@pytest.mark.parametrize(
    ("answering", "found"),
    [
        (writing(b""), TimeoutError),
        (writing(b"H", pause=0.1, times=100), TimeoutError),
        (writing(HEAD, b"a", pause=0.1, times=100), TimeoutError),
        (writing(HEAD, b"\r\n", b"a", pause=0.1, times=100), 200),
        (writing(HEAD, b"Content-Length: 9\r\n\r\n", b""), 200),
        (writing(HEAD + b"Transfer-Encoding: chunked\r\n\r\n", b"1\r\na\r\n", times=10**5), 200),
    ],
    ids=["silence", "byte by byte", "endless head", "slow body", "half a body", "endless chunks"],
)
@pytest.mark.usefixtures("hurried")
def test_a_slow_answer_ends(peer: Peer, answering: Answering, found: Any) -> None:
    peer.answering = answering
    status, seconds = took(peer)
    assert status == found
    assert seconds < 2


@pytest.mark.parametrize(
    ("answering", "found"),
    [
        (writing(HEAD, b"X-A: " + b"a" * 1000 + b"\r\n", times=100), TooLong),
        (writing(HEAD, b"Content-Length: 1000000000\r\n\r\n", b"a" * 10**5, times=10**4), 200),
        (writing(b"\x00" * 10**5), TooLong),
    ],
    ids=["head", "body", "no HTTP"],
)
def test_a_long_answer_is_not_read(peer: Peer, answering: Answering, found: Any) -> None:
    peer.answering = answering
    tracemalloc.start()
    try:
        status, seconds = took(peer)
        _, most = tracemalloc.get_traced_memory()
    finally:
        tracemalloc.stop()
    assert status == found if isinstance(found, int) else issubclass(status, found)
    assert seconds < 5
    assert most < 4 * 1024 * 1024  # of the server in this process, too


def test_what_is_compressed_stays_so(peer: Peer) -> None:
    bomb = gzip.compress(b"a" * 10**7)
    length = f"Content-Encoding: gzip\r\nContent-Length: {len(bomb)}\r\n\r\n"
    peer.answering = writing(HEAD + length.encode(), bomb)
    assert took(peer)[0] == 200
    assert peer.heard[0].headers["Accept-Encoding"] == "identity"


def test_redirects_are_not_followed(peer: Peer) -> None:
    with listening() as other:
        peer.answering = lambda conversation: conversation.answer(302, Location=other.url)
        assert took(peer)[0] == 302
        assert other.connections == 0


@pytest.mark.parametrize("how", ["reset", "close"])
def test_a_connection_that_breaks_is_an_error(peer: Peer, how: str) -> None:
    def leave(conversation: Conversation) -> None:
        if how == "reset":
            linger = b"\x01\x00\x00\x00\x00\x00\x00\x00"
            conversation.connection.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, linger)
        conversation.connection.close()

    peer.answering = leave
    found, _ = took(peer)
    assert issubclass(found, OSError)


@pytest.mark.usefixtures("hurried")
def test_a_server_that_reads_nothing_ends_it(any_network: None) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        since = time.monotonic()
        with pytest.raises(TimeoutError):
            post(target_of(f"http://127.0.0.1:{port}/"), b"a" * 50_000_000, {})
        assert time.monotonic() - since < 2


@pytest.fixture
def certified(peer: Peer, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Peer]:
    """The peer over TLS, with a certificate for localhost that is trusted."""
    key, cert = tmp_path / "key.pem", tmp_path / "cert.pem"
    subject = ["-subj", "/CN=localhost", "-addext", "subjectAltName=DNS:localhost"]
    made = ["req", "-x509", "-newkey", "rsa:2048", "-nodes", "-keyout", str(key), "-out", str(cert)]
    subprocess.run(["/usr/bin/openssl", *made, *subject], check=True, capture_output=True)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(cert, key)
    peer.socket = context.wrap_socket(peer.socket, server_side=True)
    monkeypatch.setenv("SSL_CERT_FILE", str(cert))
    vars(posting)["_context"].cache_clear()
    yield peer
    vars(posting)["_context"].cache_clear()


def test_the_certificate_is_that_of_the_name(certified: Peer) -> None:
    """The connection goes to an address; the name is asked for, and checked."""
    url = certified.url.replace("http://127.0.0.1", "https://localhost")
    assert post(target_of(url), b"{}", {}).status == 204
    assert certified.heard[0].headers["Host"] == f"localhost:{certified.server_port}"
    with pytest.raises(ssl.SSLCertVerificationError):
        post(target_of(url.replace("localhost", "127.0.0.1")), b"{}", {})


def test_threads_of_look_ups_end(peer: Peer) -> None:
    took(peer)
    before = threading.active_count()
    for _ in range(20):
        took(peer)
    assert threading.active_count() <= before + 2
