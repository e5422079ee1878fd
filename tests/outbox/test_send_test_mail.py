"""`manage.py send_test_mail` against servers that answer, refuse, hang up or are not there."""

import socket
import ssl
from collections.abc import Callable, Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from threading import Thread
from typing import Any

import pytest
from aiosmtpd.controller import Controller
from aiosmtpd.smtp import AuthResult
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.core.management import CommandError, call_command
from pytest_django.fixtures import Settings

from config import local
from outbox.mail import smtp
from tests.config.production import manage
from tests.outbox.mail_server import MailServer
from tests.support.mail import FILES, SMTP
from tests.support.sink import Sink, part

Serve = Callable[..., int]


@pytest.fixture
def serve(settings: Settings) -> Iterator[Serve]:
    """Starts an aiosmtpd server; returns its port."""
    servers: list[Controller] = []

    def start(**options: Any) -> int:
        port = local.free_port()
        server = Controller(Sink(), hostname="127.0.0.1", port=port, **options)
        server.start()
        servers.append(server)
        use(settings, port)
        return port

    yield start
    smtp.close()
    for server in servers:
        server.stop()


def use(settings: Settings, port: int, **more: Any) -> None:
    named = {"BACKEND": SMTP, "HOST": "127.0.0.1", "PORT": port, "TIMEOUT": 1, **more}
    for name, value in named.items():
        setattr(settings, f"EMAIL_{name}", value)


def told(capsys: pytest.CaptureFixture[str], *args: str) -> str:
    call_command("send_test_mail", "max@example.com", *args)
    return capsys.readouterr().out


def refused() -> str:
    """The one line that is said."""
    with pytest.raises(CommandError) as raised:
        call_command("send_test_mail", "max@example.com")
    assert raised.value.returncode == 1
    [line] = str(raised.value).splitlines()
    return line


def test_what_was_done_is_said(sink: Sink, capsys: pytest.CaptureFixture[str]) -> None:
    said = told(capsys)

    [mail] = sink.mails
    server = f"127.0.0.1:{sink.port} took it (no TLS, no sign-in)"
    assert said == f"Sent to max@example.com: {server}. Its Message-ID is {mail['Message-ID']}.\n"
    assert mail["Subject"] == "A test of the mail server"
    assert "sends mail by the server of EMAIL_URL" in part(mail, "html")


def test_the_file_is_named_if_there_is_no_server(
    settings: Settings, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = FILES, str(tmp_path)
    said = told(capsys)
    [file] = tmp_path.iterdir()
    assert f"{file} has it, as EMAIL_URL names no server" in said


def test_a_sample_is_sent(sink: Sink, capsys: pytest.CaptureFixture[str]) -> None:
    told(capsys, "--kind", "task_assigned")
    assert sink.mails[0]["Subject"].startswith("Assigned to you: ")
    with pytest.raises(CommandError, match="There is no kind poem; there are account, "):
        told(capsys, "--kind", "poem")


def test_an_unknown_host_is_named(settings: Settings) -> None:
    use(settings, 25, HOST="mail.invalid")
    assert "The host of EMAIL_URL is unknown: mail.invalid (" in refused()


def test_a_refused_connection_is_named(settings: Settings) -> None:
    port = local.free_port()
    use(settings, port)
    assert refused() == f"127.0.0.1:{port} takes no connection: Connection refused."


def test_silence_is_named(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        port = silent.getsockname()[1]
        use(settings, port)
        assert refused() == f"127.0.0.1:{port} does not answer within 1 seconds."


def test_a_server_that_hangs_up_is_named(settings: Settings) -> None:
    with socket.create_server(("127.0.0.1", 0)) as server:
        port = server.getsockname()[1]
        use(settings, port)
        hang_up = Thread(target=_hang_up, args=[server])
        hang_up.start()
        said = refused()
        hang_up.join()
    assert said == f"127.0.0.1:{port} ends the connection: Connection unexpectedly closed."


@pytest.mark.parametrize(
    ("stage", "answer", "says"),
    [
        ("EHLO", "550 go away", "refuses the connection: 550 go away"),
        ("MAIL", "553 not yours.", "does not accept the sender gantry@example.com of DEFAULT_FROM"),
        ("RCPT", "550 5.1.1 unknown", "does not accept the recipient max@example.com: 550 5.1.1"),
        ("RCPT", "554 5.7.1 Relay denied", "EMAIL_URL names no user: it may want one."),
        ("DATA", "554 spam", "refuses the message: 554 spam"),
        (
            "RCPT",
            "451-later\r\n451 on",
            "does not take mail from us to max@example.com: 451 later on",
        ),
    ],
)
def test_what_a_server_refuses_is_named(
    settings: Settings, stage: str, answer: str, says: str
) -> None:
    server = MailServer()
    server.answers = {stage: answer}
    use(settings, server.port)
    server.start()
    try:
        assert says in refused()
    finally:
        smtp.close()
        server.stop()


def test_a_refused_sign_in_is_named(serve: Serve, settings: Settings) -> None:
    def refuse(*_: Any) -> AuthResult:
        return AuthResult(success=False, handled=False)

    serve(authenticator=refuse, auth_require_tls=False)
    settings.EMAIL_HOST_USER, settings.EMAIL_HOST_PASSWORD = "ada", "s3cret"
    said = refused()
    assert "does not let ada in: 535" in said
    assert "s3cret" not in said


def test_a_server_without_sign_in_is_named(serve: Serve, settings: Settings) -> None:
    port = serve()
    settings.EMAIL_HOST_USER = settings.EMAIL_HOST_PASSWORD = "ada"
    tail = "offers no sign-in for the user of EMAIL_URL without TLS: try smtp+tls://."
    assert refused() == f"127.0.0.1:{port} {tail}"


def test_a_server_without_starttls_is_named(serve: Serve, settings: Settings) -> None:
    port = serve()
    settings.EMAIL_USE_TLS = True
    assert refused().startswith(f"127.0.0.1:{port} offers no STARTTLS: ")


def test_tls_where_there_is_none_is_named(serve: Serve, settings: Settings) -> None:
    port = serve()
    settings.EMAIL_USE_SSL = True
    said = refused()
    assert said.startswith(f"No TLS with 127.0.0.1:{port}: ")
    assert "smtp+tls://" in said


def test_a_certificate_nobody_signed_is_named(
    serve: Serve, settings: Settings, tmp_path: Path
) -> None:
    port = serve(tls_context=_self_signed(tmp_path))
    settings.EMAIL_USE_TLS = True
    assert refused().startswith(f"The certificate of 127.0.0.1:{port} is not valid for us: self")


def test_a_sender_that_is_no_address_is_named(sink: Sink, settings: Settings) -> None:
    settings.DEFAULT_FROM_EMAIL = "Gantry <gantry@@example.com>"
    assert refused().startswith("DEFAULT_FROM_EMAIL is not an address: ")


def test_a_folder_that_cannot_be_used_is_named(settings: Settings, tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.touch()
    settings.EMAIL_BACKEND, settings.EMAIL_FILE_PATH = FILES, str(file)
    assert refused().startswith("The folder for mail cannot be used: ")


def test_what_is_no_address_is_refused() -> None:
    with pytest.raises(CommandError, match="nobody is not an address"):
        call_command("send_test_mail", "nobody")


@pytest.mark.parametrize(
    ("url", "line"),
    [
        (
            "smtp://127.0.0.1:1",
            "CommandError: 127.0.0.1:1 takes no connection: Connection refused.",
        ),
        ("smtp://ada:a b@127.0.0.1", "EMAIL_URL holds a user or password that is not percent-enc"),
        ("mail.example.com", "EMAIL_URL cannot be understood."),
    ],
)
def test_the_command_ends_with_one_line_and_1_without_a_database(url: str, line: str) -> None:
    ended = manage("send_test_mail", "max@example.com", EMAIL_URL=url)
    assert ended.returncode == 1
    assert len(ended.stderr.splitlines()) == 1
    assert ended.stderr.startswith(line)


def _hang_up(server: socket.socket) -> None:
    connection, _ = server.accept()
    connection.close()


def _self_signed(folder: Path) -> ssl.SSLContext:
    key = ec.generate_private_key(ec.SECP256R1())
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "127.0.0.1")])
    now = datetime.now(UTC)
    signed = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .sign(key, hashes.SHA256())
    )
    file = folder / "server.pem"
    plain = serialization.NoEncryption(), serialization.PrivateFormat.PKCS8
    pem = serialization.Encoding.PEM
    file.write_bytes(key.private_bytes(pem, plain[1], plain[0]) + signed.public_bytes(pem))
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(file)
    return context
