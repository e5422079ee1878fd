"""How an HTTP request becomes a WSGI environ."""

from typing import Any

from config.environ import environ_of


def environ(*headers: tuple[bytes, bytes], path: str = "/", body: bytes = b"") -> dict[str, Any]:
    scope = {
        "method": "POST",
        "path": path,
        "query_string": b"a=%C3%A9",
        "http_version": "1.1",
        "scheme": "http",
        "server": ("127.0.0.1", 8000),
        "client": ("192.0.2.1", 4711),
        "headers": list(headers),
    }
    return environ_of(scope, body)


def test_the_body_has_the_size_it_has() -> None:
    made = environ((b"content-length", b"99"), (b"transfer-encoding", b"chunked"), body=b"{}")
    assert (made["CONTENT_LENGTH"], made["wsgi.input"].read()) == ("2", b"{}")
    assert "HTTP_TRANSFER_ENCODING" not in made
    assert "HTTP_CONTENT_LENGTH" not in made


def test_headers_have_the_names_of_cgi() -> None:
    made = environ((b"content-type", b"application/json"), (b"x-request-id", b"7\xe9"))
    assert made["CONTENT_TYPE"] == "application/json"
    assert made["HTTP_X_REQUEST_ID"] == "7é"


def test_a_repeated_header_is_a_list() -> None:
    assert environ((b"accept", b"a/b"), (b"accept", b"c/d"))["HTTP_ACCEPT"] == "a/b,c/d"


def test_no_header_poses_as_another() -> None:
    made = environ((b"x_request_id", b"1"), (b"content_length", b"9"), (b"wsgi.input", b"x"))
    assert "HTTP_X_REQUEST_ID" not in made
    assert made["CONTENT_LENGTH"] == "0"
    assert made["wsgi.input"].read() == b""


def test_text_beyond_ascii_is_bytes_read_as_latin_1() -> None:
    assert environ(path="/é")["PATH_INFO"].encode("latin-1").decode() == "/é"


def test_who_asks_whom() -> None:
    made = environ()
    asked = [made[name] for name in ("SERVER_NAME", "SERVER_PORT", "REMOTE_ADDR", "REMOTE_PORT")]
    assert asked == ["127.0.0.1", "8000", "192.0.2.1", "4711"]
    assert made["QUERY_STRING"] == "a=%C3%A9"
