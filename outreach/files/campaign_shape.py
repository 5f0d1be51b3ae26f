"""The keys of a campaign file, each with what it means; those of its steps: `step_shape`."""

from __future__ import annotations

from typing import Annotated, Any, ClassVar

from pydantic import Field

from outreach.errors import Text
from outreach.files.legal_shape import LegalShape
from outreach.files.limits_shape import LimitsShape
from outreach.files.shapes import (
    Count,
    Date,
    Flag,
    LineText,
    Money,
    PlainText,
    Shape,
    Share,
    Whole,
    Word,
    choice,
    listed,
    one_of,
    scalar,
    schema,
)
from outreach.files.step_shape import AnyStep, Expression
from outreach.files.values import (
    Unreadable,
    read_cron,
    read_days,
    read_every,
    read_fields,
    read_hours,
    read_name,
    read_senders,
)
from outreach.model.campaign import Unit

#: `outreach letters posted` and `outreach calls next` are commands, not campaigns.
RESERVED_NAMES = ("posted", "returned", "next", "sheets", "report")


def _read_campaign_name(text: str) -> str:
    name = read_name(text)
    if name in RESERVED_NAMES:
        raise Unreadable(
            Text("a campaign cannot be called {name!r}: it is a word of a command", name=name),
            Text("choose another name"),
        )
    if name.endswith((".yaml", ".yml")):
        raise Unreadable(
            Text("a campaign cannot be called {name!r}: that is a file's name", name=name),
            Text("write it without its ending"),
        )
    return name


CampaignName = Annotated[str, scalar(_read_campaign_name), schema("string", "number")]
Every = Annotated[tuple[int, Unit], scalar(read_every), schema("string")]
Cron = Annotated[str, scalar(read_cron), schema("string")]
Days = Annotated[tuple[int, ...], listed(read_days), schema("string", "array")]
Hours = Annotated[tuple[Any, ...], listed(read_hours), schema("string", "array")]
Fields = Annotated[
    tuple[str, ...], listed(read_fields), schema("string", "array", items={"type": "string"})
]
Senders = Annotated[
    tuple[str, ...], listed(read_senders), schema("string", "array", items={"type": "string"})
]


class AudienceShape(Shape):
    called: ClassVar[Text] = Text("an audience")

    where: Expression = Field(
        description='Whom: an expression such as city = "Rennes"; true is everybody.'
    )
    limit: Count | None = Field(None, description="At most that many people.")
    control: Share | None = Field(
        None, description="The share that is never contacted and followed all the same: 10%."
    )
    stratify: Fields = Field(
        (),
        description="Fields by which people are sorted before control and variants are drawn:"
        " every group gets its share of each town, of each kind: [city, kind].",
    )
    one_per: (
        Annotated[
            str,
            one_of("person", "household", "company"),
            choice("person", "household", "company"),
        ]
        | None
    ) = Field(None, description="person (the default), household or company.")


class WindowShape(Shape):
    called: ClassVar[Text] = Text("a window")

    days: Days = Field((), description="Days of the week: mon-fri, or mon,wed,fri.")
    hours: Hours = Field((), description="Hours of the day: 09:00-12:00, 14:00-18:00.")
    holidays: Annotated[str, one_of("skip"), choice("skip")] | None = Field(
        None, description="skip: no e-mail on public holidays."
    )


class ObjectiveShape(Shape):
    called: ClassVar[Text] = Text("an objective")

    orders: Count | None = Field(None, description="How many orders.")
    revenue: Money | None = Field(None, description="How much revenue, in the currency.")
    appointments: Count | None = Field(None, description="How many appointments.")
    quotes: Count | None = Field(None, description="How many people get a quote.")
    by: Date | None = Field(None, description="Until when.")
    checkpoints: tuple[Date, ...] = Field((), description="Days on which to look how far it is.")


class TracksShape(Shape):
    called: ClassVar[Text] = Text("tracks")

    positive: tuple[Word, ...] | None = Field(
        None,
        min_length=1,
        description="Stages and facts that open it: replied, appointment, met where nothing is"
        " said.",
    )
    negative: tuple[Word, ...] | None = Field(
        None,
        min_length=1,
        description="Stages and facts that open it: refused, lost where nothing is said.",
    )


class WavesShape(Shape):
    called: ClassVar[Text] = Text("waves")

    size: Count = Field(description="How many people begin together.")
    every: Every = Field(description="How long after each other: 1 week, 3 working days.")


class CampaignShape(Shape):
    called: ClassVar[Text] = Text("a campaign")

    campaign: CampaignName = Field(description="Its name, unique; the file's name by habit.")
    title: LineText | None = Field(None, description="What people call it.")
    offer: PlainText | None = Field(None, description="What we have to say.")
    sender: Senders | None = Field(
        None,
        description="A key of the settings' senders, or several: each person is written to by one.",
    )
    language: Annotated[str, one_of("fr", "en"), choice("fr", "en")] | None = Field(
        None, description="How its letters and e-mails write dates and amounts: fr or en."
    )
    chain: tuple[Word, ...] | None = Field(
        None,
        min_length=1,
        description="The stages of the prospecting chain; the first is contacted.",
    )
    objective: ObjectiveShape | None = Field(None, description="What it is to bring, by when.")
    budget: Money | None = Field(None, description="What it may cost, in the currency.")
    margin_per_order: Money | None = Field(
        None,
        description="What an order leaves once its own costs are paid, as expected: how many"
        " orders pay for the campaign is known before the first one.",
    )
    fixed_costs: dict[PlainText, Money] = Field(
        {}, description="Costs that do not depend on the number of people: {design: 200}."
    )
    audience: AudienceShape = Field(description="Who is meant.")
    steps: tuple[AnyStep, ...] = Field(min_length=1, description="The chain of steps.")
    stop_on: tuple[Word, ...] | None = Field(
        None, description="Stages and facts that end a person's chain."
    )
    window: WindowShape | None = Field(None, description="When e-mails may leave.")
    limits: LimitsShape | None = Field(
        None, description="How fast it may send, beside the limits of its senders."
    )
    start: Date | None = Field(None, description="The first day.")
    not_after: Date | None = Field(None, description="The last day on which a step may be done.")
    alongside: Flag = Field(
        False, description="true: also people who are in another unfinished campaign."
    )
    renews: CampaignName | None = Field(
        None, description="The campaign that this one renews: the report knows both."
    )
    priority: Whole = Field(
        0, description="Where two campaigns claim the same person, the higher one goes first."
    )
    legal: LegalShape | None = Field(
        None, description="What it says of its own ground: {purpose, sector, interest}."
    )
    tracks: TracksShape | None = Field(
        None, description="Which facts open the positive and the negative track of steps."
    )
    waves: WavesShape | None = Field(
        None, description="People begin in groups: {size: 200, every: 1 week}."
    )
    repeat: Cron | None = Field(
        None,
        description="Cron, in the workspace's time zone: each firing begins the chain anew, such"
        " as 0 9 * * mon.",
    )
