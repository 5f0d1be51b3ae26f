"""Who is adrift: no next date, in no campaign and in no planned one, no reason to leave him be.

The store says who (`store/drift`); here stands what one says of him and what is to be done.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date

from outreach.errors import Location, OutreachError, Text
from outreach.model.audience import Arm
from outreach.model.campaign import Campaign, CampaignState
from outreach.model.contact import Interest, Kind
from outreach.model.ids import ContactId
from outreach.model.settings import Settings
from outreach.runner.wording import exclusion_text, stage_text
from outreach.store.adrift import Forgotten, Membership
from outreach.store.conditions import Selection
from outreach.store.store import Store

#: An expression of a campaign file as a condition on the base; it raises what is wrong with it.
Select = Callable[[str, Location | None], Selection | None]


@dataclass(frozen=True, slots=True)
class Plans:
    """Campaigns that will take people, and those whose file cannot be read."""

    audiences: tuple[Selection, ...] = ()
    #: Of the campaigns, in the order of their audiences.
    names: tuple[str, ...] = ()
    unreadable: tuple[tuple[str, OutreachError], ...] = ()


@dataclass(frozen=True, slots=True, kw_only=True)
class Adrift:
    """One person who was forgotten, why, and what one can do."""

    person: Forgotten
    #: In a word: new, over, left_out, control, address, latent, archived…, or the last fact.
    reason: str
    why: Text
    #: What to do, in a sentence with the commands to type.
    proposal: Text


def plans(settings: Settings, store: Store, select: Select, *, today: date) -> Plans:
    """The audiences of campaigns that are written and not launched, and of pilots' rest.

    A campaign whose last day has passed takes nobody any more.
    """
    from outreach.files.campaigns import campaign_files, read_campaign

    launched = store.drift.launched()
    audiences: list[Selection] = []
    names: list[str] = []
    unreadable: list[tuple[str, OutreachError]] = []
    for path in campaign_files(settings):
        try:
            file = read_campaign(path)
            if file.campaign.name in launched or _is_past(file.campaign, today):
                continue
            where = file.locate(("audience", "where"))
            wanted = select(file.campaign.audience.where, where)
        except OutreachError as error:
            unreadable.append((path.name, error))
            continue
        if wanted is not None:
            audiences.append(wanted)
            names.append(file.campaign.name)
    for campaign in store.campaigns.all():
        if campaign.pilot and campaign.state is CampaignState.RUNNING:
            rest = select(campaign.definition.audience.where, None)
            audiences += [rest] if rest is not None else []
            names += [campaign.name] if rest is not None else []
    return Plans(tuple(audiences), tuple(names), tuple(unreadable))


def adrift(
    store: Store, found: Plans, wanted: Selection | None, *, limit: int | None
) -> Iterator[Adrift]:
    """Everybody of `wanted` who was forgotten, in the order they came on file; streamed."""
    for person in store.drift.people(wanted, found.audiences, limit=limit):
        yield told(person)


def adrift_one(store: Store, found: Callable[[], Plans], contact: ContactId) -> Adrift | None:
    """The same of one person; what is planned is only read when nothing else holds him."""
    if store.drift.adrift(contact, ()) is None:
        return None
    person = store.drift.adrift(contact, found().audiences)
    return told(person) if person else None


def named_in(store: Store, found: Plans, contact: ContactId) -> tuple[str, ...]:
    """The campaigns to come whose audience this person is in."""
    return tuple(
        name
        for name, audience in zip(found.names, found.audiences, strict=True)
        if store.drift.fits(contact, audience)
    )


def told(person: Forgotten) -> Adrift:
    """What is to be said of somebody who was forgotten."""
    reason, why, proposal = _judged(person)
    return Adrift(person=person, reason=reason, why=why, proposal=proposal)


def _is_past(campaign: Campaign, today: date) -> bool:
    return campaign.not_after is not None and campaign.not_after < today


# --- what is said -----------------------------------------------------------------------------

_Judgement = tuple[str, Text, Text]


def _judged(person: Forgotten) -> _Judgement:
    who = person.email or str(person.id)
    if person.interest == Interest.LATENT.value:
        why = Text("latent, and no day to come back is noted")
        return "latent", why, Text("say when: outreach record {who} latent --back-on DATE", who=who)
    if person.stage is not None and _is_last_word(person):
        return _after_fact(person.stage, who)
    if person.last is not None:
        return _after_campaign(person.last, who)
    if person.kind == Kind.CUSTOMER.value:
        return "new", Text("a customer whom no campaign names"), _name_him(who)
    return "new", Text("was never in any campaign"), _name_him(who)


def _is_last_word(person: Forgotten) -> bool:
    """Whether nothing was tried with the person after what he said last."""
    last = person.last
    if last is None or last.arm is not Arm.ENROLLED or person.stage_at is None:
        return True
    return person.stage_at >= last.enrolled_at


def _name_him(who: str) -> Text:
    return Text(
        "name them in a campaign (audience, where), or archive them: "
        "outreach record {who} arid --reason TEXT",
        who=who,
    )


def _after_fact(stage: str, who: str) -> _Judgement:
    match stage:
        case "bounced":
            why = Text("the e-mail address is dead")
            return stage, why, Text("find another: outreach contacts set {who} email=…", who=who)
        case "returned":
            why = Text("post came back from the address")
            return stage, why, Text("find another: outreach contacts set {who} street=…", who=who)
        case "wrong_number":
            why = Text("the telephone number was wrong")
            return stage, why, Text("find another: outreach contacts set {who} phone=…", who=who)
        case "order":
            return stage, Text("ordered, and nothing is planned since"), _name_him(who)
        case "refused" | "lost":
            why = Text("{stage}, and neither put off nor archived", stage=stage_text(stage))
            proposal = Text(
                "outreach record {who} arid --reason TEXT, or latent --back-on DATE", who=who
            )
            return stage, why, proposal
        case "appointment" | "met" | "quote":
            why = Text("{stage}, and nothing follows", stage=stage_text(stage))
            return stage, why, Text("say what came of it: outreach record {who} STAGE", who=who)
        case _:
            return (
                stage,
                Text("{stage}, and nothing follows", stage=stage_text(stage)),
                _decide(who),
            )


def _decide(who: str) -> Text:
    return Text(
        "outreach record {who} appointment, latent --back-on DATE, or arid --reason TEXT", who=who
    )


def _after_campaign(last: Membership, who: str) -> _Judgement:
    campaign = last.campaign
    match last.arm:
        case Arm.EXCLUDED:
            why = Text("was left out of {campaign}: {reason}", campaign=campaign,
                       reason=exclusion_text(last.reason))  # fmt: skip
            if last.reason in ("no_address", "invalid_address", "bounced"):
                mend = Text("find an address: outreach contacts set {who} FIELD=VALUE", who=who)
                return "left_out", why, mend
            return "left_out", why, _name_him(who)
        case Arm.CONTROL:
            why = Text("was in the control group of {campaign}, which is over", campaign=campaign)
            return "control", why, _name_him(who)
        case _:
            why = Text("{campaign} is over, without an answer", campaign=campaign)
            if last.state in (CampaignState.RUNNING, CampaignState.PAUSED):
                why = Text("every step of {campaign} is done, without an answer", campaign=campaign)
            proposal = Text(
                "name them in another campaign, or: outreach record {who} latent --back-on DATE",
                who=who,
            )
            return "over", why, proposal
