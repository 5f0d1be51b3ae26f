"""A real rspamd on this machine that judges messages and asks nobody: no network, no Redis."""

from __future__ import annotations

import json
import shutil
import socket
import subprocess
import time
import urllib.request
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from pathlib import Path

#: Modules that need Redis or the Internet.
_OFF = (
    "rbl", "surbl", "fuzzy_check", "asn", "phishing", "url_redirector", "greylist", "ratelimit",
    "replies", "history_redis", "neural", "elastic", "clickhouse", "dmarc", "spf", "dkim", "arc",
    "mx_check", "hfilter",
)  # fmt: skip


@dataclass(frozen=True, slots=True)
class Verdict:
    """What rspamd thinks: the sum, and the score of each rule that spoke."""

    action: str
    score: float
    rules: Mapping[str, float]


@dataclass(frozen=True, slots=True)
class Rspamd:
    port: int
    stop: Callable[[], None]

    def judge(self, content: bytes, *, sender: str, recipient: str) -> Verdict:
        """The verdict on a message as it came from a server with a name of its own."""
        request = urllib.request.Request(
            f"http://127.0.0.1:{self.port}/checkv2",
            data=content,
            headers={
                "IP": "192.0.2.10", "Helo": "out.atelier.example",
                "Hostname": "out.atelier.example", "From": sender, "Rcpt": recipient,
            },
        )  # fmt: skip
        with urllib.request.urlopen(request, timeout=20) as answer:
            found = json.load(answer)
        rules = {name: symbol["score"] for name, symbol in found["symbols"].items()}
        return Verdict(found["action"], found["score"], rules)


def start_rspamd(folder: Path) -> Rspamd | None:
    """A server of its own below `folder`, or None where rspamd is not installed."""
    if shutil.which("rspamd") is None:
        return None
    port = _free_port()
    _configure(folder, port)
    places = {
        "DBDIR": folder / "db", "RUNDIR": folder / "run", "LOGDIR": folder / "log",
        "LOCAL_CONFDIR": folder,
    }  # fmt: skip
    variables = [word for name, path in places.items() for word in ("--var", f"{name}={path}")]
    log = (folder / "log" / "out").open("wb")
    process = subprocess.Popen(
        ["rspamd", "-f", "-i", "-c", "/etc/rspamd/rspamd.conf", *variables],
        stdin=subprocess.DEVNULL, stdout=log, stderr=subprocess.STDOUT,
    )  # fmt: skip

    def stop() -> None:
        process.terminate()
        process.wait(10)

    _wait_for(port, process)
    return Rspamd(port, stop)


def _configure(folder: Path, port: int) -> None:
    for name in ("db", "run", "log", "local.d", "override.d"):
        (folder / name).mkdir(parents=True)
    for module in _OFF:
        (folder / "local.d" / f"{module}.conf").write_text("enabled = false;\n")
    (folder / "local.d" / "options.inc").write_text(
        'dns { nameserver = ["127.0.0.1:9:1"]; timeout = 0.1s; retransmits = 1; }\n'
        "local_addrs = [];\n"
    )
    override = folder / "override.d"
    (override / "worker-normal.inc").write_text(f'bind_socket = "127.0.0.1:{port}"; count = 1;\n')
    for worker in ("controller", "proxy", "fuzzy"):
        (override / f"worker-{worker}.inc").write_text("enabled = false;\n")


def _free_port() -> int:
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port: int = probe.getsockname()[1]
        return port


def _wait_for(port: int, process: subprocess.Popen[bytes]) -> None:
    end = time.monotonic() + 60
    while time.monotonic() < end and process.poll() is None:
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{port}/ping", timeout=1):
                return
        except OSError:
            time.sleep(0.1)
    raise RuntimeError("rspamd did not start")
