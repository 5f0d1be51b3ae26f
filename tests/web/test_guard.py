"""Who may read the pages: whoever has the address, and nobody else."""

from __future__ import annotations

import http.client
import socket
from urllib.parse import urlsplit

import pytest


def asked(
    address: str, path: str, host: str | None = None, method: str = "GET"
) -> http.client.HTTPResponse:
    """The answer to one request, made by hand."""
    connection = http.client.HTTPConnection(urlsplit(address).netloc, timeout=10)
    connection.request(method, path, headers={"Host": host} if host else {})
    answer = connection.getresponse()
    answer.read()
    return answer


def test_a_wrong_token_is_refused_everywhere(address: str) -> None:
    token = urlsplit(address).path
    assert asked(address, token + "0/mail").status == 200
    wrong = ("/", "/favicon.ico", "/0/mail", "/look.css", token[:-2] + "x/0/mail", "//0/mail")
    assert [asked(address, path).status for path in wrong] == [403] * len(wrong)


@pytest.mark.parametrize("host", ["elsewhere.example", "127.0.0.1", "127.0.0.1:1", ""])
def test_another_host_is_refused_even_with_the_token(address: str, host: str) -> None:
    """A name that a stranger's DNS points at this machine (DNS rebinding)."""
    path = urlsplit(address).path + "0/mail"
    assert asked(address, path, host or " ").status in (400, 403)
    port = urlsplit(address).port
    assert asked(address, path, f"localhost:{port}").status == 200


def test_it_is_reached_on_the_loopback_alone(address: str) -> None:
    parts = urlsplit(address)
    assert parts.hostname == "127.0.0.1"
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        probe.connect(("192.0.2.1", 9))  # sends nothing: it asks which address would be ours
        own = probe.getsockname()[0]
    if own.startswith("127."):
        pytest.skip("this machine has no other address")
    with pytest.raises(ConnectionRefusedError):
        socket.create_connection((own, parts.port or 0), timeout=2).close()


def test_nothing_is_kept_and_nothing_is_told_to_others(address: str) -> None:
    path = urlsplit(address).path
    page, mail = asked(address, path + "0/mail"), asked(address, path + "0/mail/mail")
    for answer in (page, mail):
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Referrer-Policy"] == "no-referrer"
        assert "default-src 'none'" in answer.headers["Content-Security-Policy"]
    assert "frame-ancestors 'none'" in page.headers["Content-Security-Policy"]
    assert mail.headers["Content-Security-Policy"].startswith("sandbox allow-same-origin;")
    assert "script-src" not in mail.headers["Content-Security-Policy"]


def test_it_can_only_be_read(address: str) -> None:
    path = urlsplit(address).path + "0/mail"
    assert [asked(address, path, method=m).status for m in ("POST", "PUT", "DELETE")] == [405] * 3


def test_what_is_not_there_is_not_found(address: str) -> None:
    path = urlsplit(address).path
    lost = ("9/mail", "0/other", "0/mail/letter", "0/letter/mail", "0/mail/file.docx",
            "0/letter/letter/99.png", "words.py", "person.html.j2", "0/mail/file.exe")  # fmt: skip
    assert [asked(address, path + one).status for one in lost] == [404] * len(lost)


def test_files_are_those_that_would_leave(address: str) -> None:
    path = urlsplit(address).path
    types = {
        "0/mail/file.eml": "message/rfc822",
        "0/letter/file.docx": "application/vnd.openxmlformats-officedocument.wordprocessingml",
    }
    for name, kind in types.items():
        answer = asked(address, path + name)
        assert answer.status == 200
        assert answer.headers["Content-Type"].startswith(kind)
        assert answer.headers["Content-Disposition"].startswith("attachment;")
