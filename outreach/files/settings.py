"""Settings files: `outreach.yaml` → `model.Settings`, or every error with its place."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import TypeVar

from outreach.errors import DefinitionError, OutreachError, Text
from outreach.files.legal_shape import policy_of
from outreach.files.limits_shape import ProviderLimitsShape, limits
from outreach.files.plain_text import read_text, shown
from outreach.files.planning_shape import planning_of
from outreach.files.portfolio_shape import rules_of
from outreach.files.regions import read_region
from outreach.files.secrets import SecretMissing, is_reference, resolve_secret
from outreach.files.settings_shape import (
    DkimShape,
    SenderShape,
    ServerShape,
    SettingsShape,
)
from outreach.files.shapes import fitted, in_order, said_in
from outreach.files.source import Path_, Plain, parse_source
from outreach.files.values import Unreadable
from outreach.model.pressure import Pressure
from outreach.model.settings import (
    Compliance,
    Costs,
    DkimKey,
    First,
    Limits,
    Organisation,
    Security,
    Sender,
    Server,
    Settings,
    TeamMember,
)

__all__ = ["SecretMissing", "is_reference", "parse_settings", "read_settings", "resolve_secret"]

T = TypeVar("T", ServerShape, DkimShape)

#: RFC 8314 §3.3 (submission over TLS), RFC 6409 §3.1 (submission), RFC 5321 §4.5.4.2.
_PORTS: Mapping[Security, int] = {Security.TLS: 465, Security.STARTTLS: 587, Security.NONE: 25}


def read_settings(path: Path) -> Settings:
    """The settings of a file. Raises `Problems`, or `UnreadableFile` when it is no text."""
    return parse_settings(read_text(path), path)


def parse_settings(text: str, path: Path) -> Settings:
    """The settings that `text` states; paths in it start at the folder of `path`."""
    repeated: list[OutreachError] = []
    marked = parse_source(text, shown(path), repeated=repeated)
    shape, errors = fitted(SettingsShape, marked)
    errors += repeated
    errors += [
        DefinitionError(what, where=marked.location(place), hint=hint)
        for place, what, hint in _contradictions(marked.plain)
    ]
    if errors or shape is None:
        raise in_order(errors)
    return _settings(shape, path.resolve().parent)


# --- what no single key can tell ---------------------------------------------------------


def _contradictions(file: Plain) -> Iterator[tuple[Path_, Text, Text | None]]:
    """What does not go together: a region and its country, a mail server's keys."""
    yield from _regions(file)
    yield from _pressure(file)
    for path, server in _servers(file):
        host, security = server.get("host"), server.get("security")
        if security == "none" and isinstance(host, str) and not _on_loopback(host.strip()):
            yield (
                (*path, "security"),
                Text("`security: none` would send in clear to {host}", host=host),
                Text("use tls or starttls; none is for a server on this machine"),
            )
        for one, other in (("user", "password"), ("password", "user")):
            if one in server and other not in server:
                what = Text("{one!r} stands without {other!r}", one=one, other=other)
                yield (*path, one), what, None


def _pressure(file: Plain) -> Iterator[tuple[Path_, Text, Text | None]]:
    said = file.get("pressure") if isinstance(file, dict) else None
    limits = ("min_days_between_touches", "most_touches_per_month")
    if isinstance(said, dict) and not any(key in said for key in limits):
        what = Text("`pressure` states no limit")
        yield ("pressure",), what, Text("give it one of: {words}", words=", ".join(limits))


def _regions(file: Plain) -> Iterator[tuple[Path_, Text, Text | None]]:
    region = file.get("region") if isinstance(file, dict) else None
    if isinstance(file, dict) and isinstance(region, str) and region.strip():
        country = file.get("country")
        try:
            read_region(region, country if isinstance(country, str) else "FR")
        except Unreadable as error:
            yield ("region",), error.what, error.hint


def _servers(file: Plain) -> Iterator[tuple[Path_, Mapping[str, Plain]]]:
    senders = file.get("senders") if isinstance(file, dict) else None
    for name, sender in senders.items() if isinstance(senders, dict) else ():
        smtp = sender.get("smtp") if isinstance(sender, dict) else None
        for number, server in enumerate(smtp if isinstance(smtp, list) else [smtp]):
            if isinstance(server, dict):
                yield ("senders", name, "smtp", number), server


def _on_loopback(host: str) -> bool:
    return Server(host=host, port=25, security=Security.NONE).on_loopback


# --- shape → noun ------------------------------------------------------------------------


def _settings(shape: SettingsShape, folder: Path) -> Settings:
    values = said_in(shape)
    values |= {
        "organisation": Organisation(**said_in(shape.organisation)),
        "pressure": Pressure(**said_in(shape.pressure)) if shape.pressure else None,
        "costs": Costs(**said_in(shape.costs), currency=shape.currency or "EUR"),
        "planning": planning_of(shape.planning),
        "portfolio": rules_of(shape.portfolio),
        "compliance": Compliance(shape.compliance or Compliance.WARN),
        "policy": policy_of(shape.policy),
        "first": First(shape.first or First.FOLLOW_UPS),
        "region": read_region(shape.region, shape.country or "FR") if shape.region else None,
        "provider_limits": _provider_limits(shape.provider_limits),
        "team": {key: TeamMember(key=key, **said_in(one)) for key, one in shape.team.items()},
        "senders": {name: _sender(name, one, folder) for name, one in shape.senders.items()},
    }
    return Settings(folder=folder, **values)


def _provider_limits(
    said: Mapping[str, ProviderLimitsShape] | str | None,
) -> Mapping[str, Limits] | None:
    """None: no limit for any provider. Who is not named keeps what is known of him."""
    if isinstance(said, str):
        return None
    return {provider: limits(shape) for provider, shape in (said or {}).items()}


def _sender(name: str, shape: SenderShape, folder: Path) -> Sender:
    display_name, address = shape.from_
    return Sender(
        name=name,
        display_name=display_name,
        address=address,
        reply_to=shape.reply_to,
        bounce=shape.bounce,
        servers=tuple(_server(one, folder) for one in _several(shape.smtp)),
        limits=limits(shape.limits),
        dkim=tuple(DkimKey(**dict(one)) for one in _several(shape.dkim)),
    )


def _several(value: T | tuple[T, ...] | None) -> tuple[T, ...]:
    if value is None:
        return ()
    return value if isinstance(value, tuple) else (value,)


def _server(shape: ServerShape, folder: Path) -> Server:
    security = Security(shape.security)
    values = said_in(shape) | {"security": security, "port": shape.port or _PORTS[security]}
    if shape.ca_file:
        values["ca_file"] = folder / shape.ca_file
    return Server(**values)
