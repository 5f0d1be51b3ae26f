"""The built-in server of the demo."""

from __future__ import annotations

import smtplib
import socket
from pathlib import Path

import pytest

from outreach.transports.sink import Sink


def send(port: int, recipient: str) -> None:
    with smtplib.SMTP("127.0.0.1", port, timeout=5) as client:
        client.sendmail("marie@atelier.example", [recipient], b"Subject: x\r\n\r\n.dot\r\n")


def test_it_keeps_what_it_gets_and_counts(tmp_path: Path) -> None:
    with Sink(tmp_path / "inbox") as sink:
        send(sink.port, "anne@example.org")
        send(sink.port, "bob@example.org")
        assert sink.received == 2

    files = sorted((tmp_path / "inbox").glob("*.eml"))
    assert [f.name for f in files] == ["00001-anne@example.org.eml", "00002-bob@example.org.eml"]
    assert files[0].read_bytes() == (
        b"Return-Path: <marie@atelier.example>\r\nDelivered-To: anne@example.org\r\n"
        b"Subject: x\r\n\r\n.dot\r\n"
    )


def test_a_second_sink_in_the_same_folder_overwrites_nothing(tmp_path: Path) -> None:
    for _ in range(2):
        with Sink(tmp_path) as sink:
            send(sink.port, "anne@example.org")

    assert len(list(tmp_path.glob("*.eml"))) == 2


def test_it_closes_quietly_with_a_client_still_connected(
    tmp_path: Path, capfd: pytest.CaptureFixture[str]
) -> None:
    with Sink(tmp_path) as sink, socket.create_connection(("127.0.0.1", sink.port)) as client:
        client.recv(100)
        client.sendall(b"EHLO x\r\n")
        sink.__exit__(None, None, None)

    assert capfd.readouterr().err == ""


def test_a_port_in_use_is_an_error_at_once(tmp_path: Path) -> None:
    with (
        Sink(tmp_path) as first,
        pytest.raises(OSError, match="in use"),
        Sink(tmp_path, first.port),
    ):
        pass
