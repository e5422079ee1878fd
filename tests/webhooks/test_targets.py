"""Where nothing may be posted: spellings of this machine, of its network, and of what is no URL."""

import socket
import time
from itertools import product
from typing import Any

import pytest

from tests.webhooks.peer import Peer, listening
from webhooks.services.posting import post
from webhooks.services.targets import NotAllowed, Target, addresses_of, is_public, target_of

HOSTS = """
127.0.0.1 127.1 127.0.1 127.0.0.01 127.000.000.001 0127.0.0.1 2130706433 0x7f000001 0x7f.1
0x7f.0.0.1 0177.1 0177.0.0.1 017700000001 0x7f.0x0.0x0.0x1 127.0.0.1. 127.255.255.254 127.0.0.0x1
0 0.0.0.0 0.1 0x0 00 0.0.0.0. 1 255.255.255.255 4294967295 256.256.256.256 1.2.3 1.2.3.4.5
99999999999
10.0.0.1 10.255.255.255 10.1 0xa.0.0.1 012.0.0.1 167772161 172.16.0.1 172.31.255.255 172.16.1
192.168.0.1 192.168.1.254 192.168.257 0xc0.0xa8.0.1 0300.0250.0.1 3232235521 192.168.1.1.
169.254.169.254 169.254.1 0xa9fea9fe 2852039166 0251.0376.0251.0376 169.254.0.0 169.254.170.2
100.64.0.1 100.127.255.254 100.100.100.200 192.0.0.1 192.0.0.170 192.0.2.1 198.51.100.7 203.0.113.9
198.18.0.1 198.19.255.255 192.88.99.1 224.0.0.1 239.255.255.250 240.0.0.1 254.1.2.3 100.64.1
[::] [::1] [0:0:0:0:0:0:0:1] [0000::0001] [::127.0.0.1] [::7f00:1] [::ffff:127.0.0.1]
[::ffff:7f00:1]
[0:0:0:0:0:ffff:7f00:1] [::ffff:10.0.0.1] [::ffff:169.254.169.254] [::ffff:0:127.0.0.1]
[::ffff:8.8.8.8]
[64:ff9b::7f00:1] [64:ff9b::127.0.0.1] [64:ff9b::a00:1] [64:ff9b:1::7f00:1] [64:ff9b::8.8.8.8]
[2002:7f00:1::] [2002:a00:1::] [2002:a9fe:a9fe::] [2002:c0a8:101::1] [2001:0:7f00:1::] [2001::1]
[2001:db8::1] [3fff::1] [100::1] [fc00::1] [fd00::1] [fd00:ec2::254] [fe80::1] [fe80::1%25eth0]
[fe80::1%eth0] [::1%1] [fec0::1] [ff02::1] [ff0e::1] [::ffff:100.64.0.1] [5f00::1] [4000::1]
[::1 ::1] [] [1] [::1].example.com [127.0.0.1] [v1.fe80::a] [:::1] [12345::]
localhost localhost. LOCALHOST a.localhost localhost.localdomain a.local printer.local a.internal
metadata.google.internal redis postgres db gantry metadata a.lan router.home a.home.arpa corp a.corp
a.intranet a.private hidden.onion ip6-localhost 1.0.0.127.in-addr.arpa example example. com a..com
.example.com example..com -a.example.com a-.example.com exa_mple.com example.com. a.0x7f a.1 a.0
{long}.com {deep}.com 127.0.0.1.0x1 x.127.1 {round} {wide} {dots} {dot} {letter}
ex%61mple.com 127%2e0%2e0%2e1 %6c%6f%63alhost example.com%00.a a%20b.com example.com%2f@a.com
""".format(
    long="a" * 64,
    deep=".".join(["abc"] * 80),
    round="\u2460\u2461\u2466.\u24ea.\u24ea.\u2460",
    wide="\uff11\uff12\uff17.0.0.1",
    dots="127\u30020\u30020\u30021",
    dot="127.0.0\uff611",
    letter="\uff4cocalhost",
).split()
"""Each is refused in https://<host>/, when it is saved."""
URLS = [
    *("", " ", "/", "//example.com/", "example.com", "https:", "https://", "https:///", "https:/a"),
    *("https:example.com", "http://example.com/", "HTTP://example.com/", "ftp://example.com/"),
    *("file:///etc/passwd", "gopher://example.com/_", "unix:///run/a.sock", "data:text/plain,a"),
    *("javascript:alert(1)", "ws://example.com/", "dict://example.com:11211/", "ldap://a.com/"),
    *("https://a@example.com/", "https://a:b@example.com/", "https://@example.com/"),
    *("https://example.com@127.0.0.1/", "https://127.0.0.1@example.com/", "https://:@example.com/"),
    *("https://example.com\\@127.0.0.1/", "https://example.com\\.a.com/", "https:\\\\a.com/"),
    *("https://example.com/#a", "https://example.com#@127.0.0.1/", "https://example.com/a#"),
    *("https://example.com/a b", "https://exam ple.com/", " https://example.com/"),
    *("https://example.com/\r\nHost: a", "https://example.com/\n", "https://exam\tple.com/"),
    *(
        "https://example.com/\x00",
        "https://example.com/é",
        "https://exämple.com/",
        "https://a.com/\u202e",
    ),
    *("https://example.com:/", "https://example.com:0443/", "https://example.com:443:443/"),
    *("https://example.com:+443/", "https://example.com:-1/", "https://example.com:65536/"),
    *(
        "https://example.com:443a/",
        "https://example.com:\uff14\uff14\uff13/",
        "https://example.com:0/",
    ),
    *(f"https://example.com:{port}/" for port in (1, 21, 22, 23, 25, 53, 80, 110, 111, 143, 389)),
    *(f"https://example.com:{port}/" for port in (445, 465, 587, 993, 1433, 2049, 2375, 2379)),
    *(f"https://example.com:{port}/" for port in (3306, 3389, 4444, 5432, 5672, 5984, 6379, 8000)),
    *(f"https://example.com:{port}/" for port in (8080, 9000, 9200, 11211, 15672, 27017, 50070)),
    f"https://example.com/{'a' * 1000}",
]
REFUSED = [*(f"https://{host}/" for host in HOSTS), *URLS]
TAKEN = [
    *("https://example.com", "https://example.com/", "https://hooks.slack.com/services/T/B/x?a=b"),
    *("https://Example.COM/Path", "https://example.com:8443/a", "https://example.com:443/"),
    *("https://xn--bcher-kva.example.com/", "https://8.8.8.8/", "https://[2606:4700::1111]/a"),
    *("https://a-b.c1.example.co.uk/%7Ea;b=c,d?e=f&g[]=h", "https://1a.example.com/"),
]


def test_there_are_many() -> None:
    assert len({*REFUSED}) >= 200


@pytest.mark.parametrize("url", REFUSED)
def test_a_spelling_is_refused(url: str) -> None:
    with pytest.raises(NotAllowed):
        target_of(url)


@pytest.mark.parametrize("url", TAKEN)
def test_a_host_of_the_internet_is_taken(url: str) -> None:
    target = target_of(url)
    assert target.port in (443, 8443)
    assert target.path.startswith("/")


def test_no_spelling_sends_anything() -> None:
    """All of them, if they had been saved once: to the port of a server that listens here."""
    with listening() as peer:
        for url, port in product(REFUSED, ("", f":{peer.server_port}")):
            with pytest.raises(NotAllowed):
                post(target_of(url.replace("/", f"{port}/", 3) if port else url), b"{}", {})
        assert peer.connections == 0


PRIVATE = ["127.0.0.1", "10.0.0.8", "169.254.169.254", "::1", "fd00::1", "::ffff:127.0.0.1"]


def answering(monkeypatch: pytest.MonkeyPatch, *answers: list[str]) -> list[str]:
    """Names mean these addresses, the last ones from then on; the names that were looked up."""
    asked: list[str] = []

    def look_up(host: str, port: int, *more: Any, **named: Any) -> list[Any]:
        asked.append(host)
        found = answers[min(len(asked), len(answers)) - 1]
        return [(socket.AF_INET, socket.SOCK_STREAM, 6, "", (each, port)) for each in found]

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    return asked


@pytest.mark.parametrize("address", PRIVATE)
def test_a_name_that_means_our_network_is_refused(
    monkeypatch: pytest.MonkeyPatch, address: str
) -> None:
    target = target_of("https://rebind.example.com/")
    for found in ([address], ["8.8.8.8", address], [address, "8.8.8.8"]):
        answering(monkeypatch, found)
        with pytest.raises(NotAllowed) as refusal:
            addresses_of(target)
        assert address not in str(refusal.value)


def test_a_name_is_looked_up_once_and_its_address_is_pinned(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """A second look-up would find this machine."""
    asked = answering(monkeypatch, ["198.41.0.4"], ["127.0.0.1"])
    reached: list[Any] = []

    def connect(address: Any, **named: Any) -> Any:
        reached.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "create_connection", connect)
    with pytest.raises(ConnectionRefusedError):
        post(target_of("https://rebind.example.com/"), b"{}", {})
    assert (asked, reached) == (["rebind.example.com"], [("198.41.0.4", 443)])


def test_a_slow_look_up_ends(monkeypatch: pytest.MonkeyPatch) -> None:
    def forever(*asked: Any, **named: Any) -> list[Any]:
        time.sleep(1)
        return []

    monkeypatch.setattr(socket, "getaddrinfo", forever)
    monkeypatch.setattr("webhooks.services.targets.LOOK_UP_SECONDS", 0.1)
    with pytest.raises(TimeoutError):
        addresses_of(Target("a.example.com", 443, "a.example.com", "/", is_secure=True))


@pytest.mark.parametrize("address", ["8.8.8.8", "1.1.1.1", "2606:4700::1111", "192.0.1.1"])
def test_public_addresses_are_public(address: str) -> None:
    assert is_public(address)


def test_in_development_this_machine_is_taken(peer: Peer) -> None:
    assert post(target_of(peer.url), b"{}", {}).status == 204
    assert peer.connections == 1
