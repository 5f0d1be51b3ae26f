"""The settings of a workspace, validated: who we are, from where we send, how fast."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import tzinfo
from decimal import Decimal
from enum import StrEnum
from fractions import Fraction
from ipaddress import ip_address
from pathlib import Path
from zoneinfo import ZoneInfo

from outreach.language import DEFAULT_LOCALE
from outreach.model.channels import Channel
from outreach.model.money import from_minor, to_decimal, to_minor
from outreach.model.planning import Planning
from outreach.model.policy import Policy
from outreach.model.portfolio import PortfolioRules
from outreach.model.pressure import Pressure


class Security(StrEnum):
    TLS = "tls"
    STARTTLS = "starttls"
    #: In clear: loopback only.
    NONE = "none"


class Compliance(StrEnum):
    WARN = "warn"
    STRICT = "strict"


class First(StrEnum):
    """Whose e-mails leave first when not all of them can."""

    FOLLOW_UPS = "follow_ups"
    NEW_PEOPLE = "new_people"


@dataclass(frozen=True, slots=True, kw_only=True)
class Server:
    """One SMTP server a sender submits to. Secrets are references until they are used."""

    host: str
    port: int
    security: Security
    connections: int = 4
    #: Many providers allow no more on one connection.
    messages_per_connection: int = 100
    user: str | None = None
    password: str | None = None
    #: A CA bundle to trust instead of the system's.
    ca_file: Path | None = None

    @property
    def on_loopback(self) -> bool:
        """Whether nothing leaves this machine; a name that only looks like an address does."""
        if self.host.lower() == "localhost":
            return True
        try:
            return ip_address(self.host).is_loopback
        except ValueError:
            return False


@dataclass(frozen=True, slots=True, kw_only=True)
class Limits:
    """How fast a sender may send. None is no limit."""

    per_second: float | None = None
    per_minute: float | None = None
    per_hour: int | None = None
    per_day: int | None = None
    per_domain_per_minute: float | None = None
    #: Messages on the first day, and the growth of each following day.
    warm_up_start: int | None = None
    warm_up_growth: Fraction = Fraction(0)
    #: Seconds between two messages, at least and at most: each pause is drawn between them.
    gap: tuple[float, float] | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class DkimKey:
    domain: str
    selector: str
    key: str


@dataclass(frozen=True, slots=True, kw_only=True)
class Sender:
    """A person or a mailbox that campaigns write from."""

    name: str
    #: Display name and address, as two values.
    display_name: str
    address: str
    reply_to: str | None = None
    #: The envelope sender, with `{token}` where the person's token goes (VERP).
    bounce: str | None = None
    servers: tuple[Server, ...] = ()
    limits: Limits = Limits()
    dkim: tuple[DkimKey, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Organisation:
    name: str = ""
    address: str = ""
    privacy_url: str | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class TeamMember:
    key: str
    name: str
    #: What is not stated is no limit.
    hours_per_week: Decimal | None = None
    calls_per_day: int | None = None
    visits_per_day: int | None = None
    #: On which days of the week, 0 = Monday; none stated: on working days.
    days: tuple[int, ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Costs:
    """What touches cost, in units of the currency."""

    minute: Decimal = Decimal(0)
    km: Decimal = Decimal(0)
    stamp: Decimal = Decimal(0)
    #: Paper, envelope and print of one letter.
    paper: Decimal = Decimal(0)
    currency: str = "EUR"

    def of_touch(self, channel: Channel | None, minutes: Decimal | Fraction) -> Decimal:
        """One touch before any road: paper and stamp of a letter, and its minutes.

        In the smallest unit of the currency, as the event bears it: what is planned for a
        thousand letters is what a thousand letters will have cost.
        """
        material = self.stamp + self.paper if channel and channel.kind.stamped else Decimal(0)
        exact = Fraction(material) + Fraction(minutes) * Fraction(self.minute)
        return from_minor(to_minor(to_decimal(exact), self.currency), self.currency)


@dataclass(frozen=True, slots=True, kw_only=True)
class Settings:
    """One workspace. `folder` is where `outreach.yaml` lies: relative paths start there."""

    folder: Path
    store: str = "sqlite:///data/outreach.db"
    organisation: Organisation = Organisation()
    locale: str = DEFAULT_LOCALE
    timezone: str = "Europe/Paris"
    country: str = "FR"
    #: Of the country, for its own holidays: the code of the `holidays` library.
    region: str | None = None
    currency: str = "EUR"
    compliance: Compliance = Compliance.WARN
    #: What the firm states where the law leaves a choice.
    policy: Policy = field(default_factory=Policy)
    unsubscribe_url: str | None = None
    #: None: nobody stated any, and none is in force.
    pressure: Pressure | None = None
    #: Of single providers, beside the defaults of `model.providers`. None: no such limits at all.
    provider_limits: Mapping[str, Limits] | None = field(default_factory=dict)
    first: First = First.FOLLOW_UPS
    #: Working days that a letter is under way once it is posted, where its step says nothing.
    delivery_days: int = 0
    costs: Costs = Costs()
    planning: Planning = field(default_factory=Planning)
    portfolio: PortfolioRules = field(default_factory=PortfolioRules)
    team: Mapping[str, TeamMember] = field(default_factory=dict)
    senders: Mapping[str, Sender] = field(default_factory=dict)

    @property
    def zone(self) -> tzinfo:
        return ZoneInfo(self.timezone)

    @property
    def templates(self) -> Path:
        return self.folder / "templates"

    @property
    def campaigns(self) -> Path:
        return self.folder / "campaigns"

    @property
    def data(self) -> Path:
        return self.folder / "data"

    @property
    def flights(self) -> Path:
        """Where runs write down what they hand over (`runner/journals.py`)."""
        return self.data / "flight"

    @property
    def outbox(self) -> Path:
        return self.data / "outbox"
