"""The keys of `outreach.yaml`, each with what it means."""

from __future__ import annotations

from typing import Annotated, ClassVar

from pydantic import Discriminator, Field, Tag

from outreach.errors import Text, did_you_mean
from outreach.files.legal_shape import PolicyShape
from outreach.files.limits_shape import LimitsShape, ProviderLimitsShape
from outreach.files.planning_shape import PlanningShape
from outreach.files.portfolio_shape import PortfolioShape
from outreach.files.settings_values import (
    read_address,
    read_bounce,
    read_country,
    read_currency,
    read_locale,
    read_mailbox,
    read_name_of_firm,
    read_port,
    read_secret,
    read_store,
    read_timezone,
    read_unsubscribe_url,
    read_url,
)
from outreach.files.shapes import (
    Count,
    Money,
    Name,
    Number,
    PlainText,
    Shape,
    Whole,
    choice,
    listed,
    one_of,
    scalar,
    schema,
)
from outreach.files.values import Unreadable, read_days
from outreach.model.campaign import Channel
from outreach.model.providers import PROVIDERS

Address = Annotated[str, scalar(read_address), schema("string")]
FirmName = Annotated[str, scalar(read_name_of_firm), schema("string", "number")]
Url = Annotated[str, scalar(read_url), schema("string", pattern="^https?://")]
Secret = Annotated[str, scalar(read_secret), schema("string", pattern="^(env|file|keyring):.+")]
Port = Annotated[int, scalar(read_port), schema("integer", "string", minimum=1, maximum=65535)]


def _read_channels(text: str) -> tuple[str, ...]:
    known = [channel.value for channel in Channel]
    words = tuple(word.strip() for word in text.split(","))
    for word in words:
        if word not in known:
            raise Unreadable(
                Text("{tag!r} is not a channel", tag=word),
                did_you_mean(word, known) or Text("one of: {words}", words=", ".join(known)),
            )
    return tuple(dict.fromkeys(words))


Channels = Annotated[tuple[str, ...], listed(_read_channels), schema("string", "array")]
Days = Annotated[tuple[int, ...], listed(read_days), schema("string", "array")]


# --- shapes ------------------------------------------------------------------------------


class OrganisationShape(Shape):
    called: ClassVar[Text] = Text("an organisation")

    name: FirmName = Field("", description="Who writes.")
    address: PlainText = Field("", description="Its postal address, shown in every e-mail.")
    privacy_url: Url | None = Field(None, description="Where its privacy notice stands.")


class PressureShape(Shape):
    called: ClassVar[Text] = Text("pressure")

    min_days_between_touches: Count | None = Field(
        None, description="Days between two touches of a person, over all campaigns."
    )
    most_touches_per_month: Count | None = Field(
        None, description="At most that many touches of a person in any 30 days."
    )
    channels: Channels = Field(
        (), description="Only touches on these count and wait: email, letter, call, visit, task."
    )


class CostsShape(Shape):
    called: ClassVar[Text] = Text("costs")

    minute: Money | None = Field(None, description="A minute of work, in the currency.")
    km: Money | None = Field(None, description="A kilometre driven.")
    stamp: Money | None = Field(None, description="The postage of a letter.")
    paper: Money | None = Field(None, description="Paper, envelope and print of a letter.")


class TeamMemberShape(Shape):
    called: ClassVar[Text] = Text("a team member")

    name: PlainText = Field(description="How this person is called.")
    hours_per_week: Number | None = Field(None, description="Hours a week for prospecting.")
    calls_per_day: Count | None = Field(None, description="At most that many calls a day.")
    visits_per_day: Count | None = Field(None, description="At most that many visits a day.")
    days: Days = Field((), description="On these days of the week only: mon-thu, or tue,thu.")


class ServerShape(Shape):
    called: ClassVar[Text] = Text("a mail server")

    host: PlainText = Field(description="Its name or address.")
    port: Port | None = Field(None, description="465 for tls, 587 for starttls, else 25.")
    security: Annotated[
        str, one_of("tls", "starttls", "none"), choice("tls", "starttls", "none")
    ] = Field(description="tls, starttls, or none (on this machine only).")
    connections: Count | None = Field(
        None, description="Connections at once, over all processes (4)."
    )
    messages_per_connection: Count | None = Field(
        None, description="After so many a connection is closed and another one opened (100)."
    )
    user: PlainText | None = Field(None, description="The login, or env:NAME and the like.")
    password: Secret | None = Field(None, description="env:NAME, file:PATH or keyring:NAME.")
    ca_file: PlainText | None = Field(
        None, description="Certificates to trust instead of the system's."
    )


class DkimShape(Shape):
    called: ClassVar[Text] = Text("a DKIM key")

    domain: PlainText = Field(description="The domain that signs.")
    selector: PlainText = Field(description="The name of the key in the DNS.")
    key: Secret = Field(description="The private key: file:PATH, env:NAME or keyring:NAME.")


def _one_or_several(value: object) -> str:
    return "several" if isinstance(value, list | tuple) else "one"


_Alternatives = Discriminator(_one_or_several)
Servers = Annotated[
    Annotated[ServerShape, Tag("one")]
    | Annotated[tuple[ServerShape, ...], Field(min_length=1), Tag("several")],
    _Alternatives,
]
DkimKeys = Annotated[
    Annotated[DkimShape, Tag("one")] | Annotated[tuple[DkimShape, ...], Tag("several")],
    _Alternatives,
]


class SenderShape(Shape):
    called: ClassVar[Text] = Text("a sender")

    from_: Annotated[tuple[str, str], scalar(read_mailbox), schema("string")] = Field(
        alias="from", description="Name and address: Marie Le Goff <marie@atelier.example>."
    )
    reply_to: Address | None = Field(None, description="Where answers go, if not to `from`.")
    bounce: Annotated[str, scalar(read_bounce), schema("string")] | None = Field(
        None, description="Where failures come back: bounce+{token}@atelier.example."
    )
    smtp: Servers | None = Field(None, description="The mail server; a list names fallbacks.")
    limits: LimitsShape | None = Field(None, description="How fast it may send.")
    dkim: DkimKeys | None = Field(None, description="Signs what it sends.")


def _kind_of_providers(value: object) -> str:
    return "each" if isinstance(value, dict) else "off"


ProviderName = Annotated[str, one_of(*PROVIDERS), choice(*PROVIDERS)]
ProviderLimits = Annotated[
    Annotated[dict[ProviderName, ProviderLimitsShape], Tag("each")]
    | Annotated[str, one_of("off"), choice("off"), Tag("off")],
    Discriminator(_kind_of_providers),
]


class SettingsShape(Shape):
    called: ClassVar[Text] = Text("outreach.yaml")

    store: Annotated[str, scalar(read_store), schema("string")] | None = Field(
        None, description="sqlite:///data/outreach.db or postgresql://user@host/base."
    )
    organisation: OrganisationShape | None = Field(None, description="Who we are.")
    locale: Annotated[str, scalar(read_locale), schema("string")] | None = Field(
        None, description="How dates, numbers and money are read and printed: fr_FR."
    )
    timezone: Annotated[str, scalar(read_timezone), schema("string")] | None = Field(
        None, description="Where our days begin: Europe/Paris."
    )
    country: Annotated[str, scalar(read_country), schema("string")] | None = Field(
        None, description="Whose holidays, phone numbers and law: FR."
    )
    region: PlainText | None = Field(
        None, description="Whose holidays beside the country's: Moselle, Alsace, 974, BY."
    )
    currency: Annotated[str, scalar(read_currency), schema("string")] | None = Field(
        None, description="EUR."
    )
    compliance: Annotated[str, one_of("warn", "strict"), choice("warn", "strict")] | None = Field(
        None, description="Whether legal and deliverability lacks stop a launch."
    )
    policy: PolicyShape | None = Field(
        None, description="The firm's own answer where the law leaves a choice."
    )
    unsubscribe_url: (
        Annotated[str, scalar(read_unsubscribe_url), schema("string", pattern="^https?://")] | None
    ) = Field(None, description="Where people opt out: https://…/u/{token}.")
    pressure: PressureShape | None = Field(None, description="How often a person is touched.")
    provider_limits: ProviderLimits | None = Field(
        None,
        description="What single providers get, beside what is known of them: "
        "{orange: {per_minute: 40}}; off for no such limit.",
    )
    first: (
        Annotated[str, one_of("follow_ups", "new_people"), choice("follow_ups", "new_people")]
        | None
    ) = Field(
        None, description="Whose e-mails leave first when not all can: follow_ups or new_people."
    )
    delivery_days: Whole | None = Field(
        None,
        description="Working days a letter is under way once posted; what follows it is counted"
        " from then (0: from the posting itself).",
    )
    costs: CostsShape | None = Field(None, description="What touches cost.")
    planning: PlanningShape | None = Field(
        None, description="What `plan effort` and `plan forecast` go by."
    )
    portfolio: PortfolioShape | None = Field(
        None, description="What `portfolio` and life stages go by."
    )
    team: dict[Name, TeamMemberShape] = Field({}, description="Who does what.")
    senders: dict[Name, SenderShape] = Field({}, description="From whom we write.")
