"""One row of a past campaign's file → what it says: who, which group, what was sent, what came.

A cell that cannot be read makes the row one to be mended, never a guess: a date of two
digits, an amount that may be thousands, a stage nobody knows.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from functools import lru_cache

from outreach.cleaning.column_types import typed
from outreach.cleaning.drafts import Drafter
from outreach.cleaning.past_columns import (
    PastColumns,
    Role,
    channel_of,
    channel_words,
    is_control,
    is_no_stage,
    is_silence,
    stage_of,
    stage_words,
)
from outreach.cleaning.text import tidy
from outreach.errors import OutreachError, Text, did_you_mean
from outreach.model.campaign import Channel
from outreach.model.contact import Draft
from outreach.model.field import FieldType
from outreach.model.ids import ContactId
from outreach.model.past import PastFact, PastRow, PastTouch
from outreach.model.stage import FACTS, NOBODY_THERE
from outreach.runner.desk import read_amount

#: What an amount belongs to, the further stage first.
_PRICED = ("order", "quote")
#: Ways on which somebody is there, or is not.
_IN_PERSON = (Channel.CALL, Channel.VISIT)


class Unreadable(OutreachError):
    """A row says something that cannot be understood; it is rejected with this sentence."""


@dataclass(frozen=True, slots=True, kw_only=True)
class PastReader:
    """Reads the rows of one file."""

    columns: PastColumns
    drafter: Drafter
    chain: tuple[str, ...]
    #: A date or an instant as people type it; raises an `OutreachError`.
    instant: Callable[[str], datetime]
    now: datetime
    #: How it was sent where a row does not say.
    channel: Channel
    #: When it was sent where the file has no column for it.
    sent_at: datetime | None = None
    #: What a minute costs, for the touches whose minutes are told and whose cost is not.
    minute: Decimal = Decimal(0)

    def row(self, line: int, cells: Sequence[str]) -> PastRow:
        """What the row says. Raises `Unreadable`, or what is wrong with a date or an amount."""
        told = {role: tidy(cells[place]) for role, place in self.columns.roles.items()}
        draft, number, name = self._who(line, cells, told)
        control, variant = self._group(told)
        channel = self._channel(told)
        sent_at = self._sent_at(told, control=control)
        stage = self._stage(told, channel)
        facts = self._facts(cells, told, stage, sent_at)
        touch = None
        if sent_at is not None or variant is not None:
            # A wrong number says nothing against a letter that was sent.
            in_vain = stage in NOBODY_THERE and (stage == "no_answer" or channel in _IN_PERSON)
            touch = self._touch(told, channel, sent_at, variant, in_vain=in_vain)
        return PastRow(
            line=line,
            draft=draft,
            number=number,
            name=name,
            control=control,
            touch=touch,
            facts=facts,
            author=told.get(Role.BY) or None,
            note=told.get(Role.NOTE) or None,
        )

    # --- who --------------------------------------------------------------------------------

    def _who(
        self, line: int, cells: Sequence[str], told: Mapping[Role, str]
    ) -> tuple[Draft, ContactId | None, str | None]:
        """A number of ours is written `#12`; `12` is the number that the other list gave."""
        draft = self.drafter.draft(line, cells)
        written = told.get(Role.CONTACT)
        if not written:
            if not draft.values:
                raise Unreadable(Text("the row names nobody"))
            return draft, None, None
        bare = written.removeprefix("#")
        if bare != written and bare.isascii() and bare.isdigit():
            return draft, ContactId(int(bare)), None
        if "@" in written:
            return _with(draft, "email", written.lower()), None, None
        return _with(draft, "external_id", written), None, written

    def _group(self, told: Mapping[Role, str]) -> tuple[bool, str | None]:
        """Whether the person is control, and the variant drawn."""
        group = told.get(Role.GROUP) or None
        marked = told.get(Role.CONTROL) or ""
        yes = is_control(marked) or bool(marked and typed(marked, FieldType.BOOLEAN))
        if yes or (group and is_control(group)):
            return True, None
        return False, group

    # --- what was sent ----------------------------------------------------------------------

    def _channel(self, told: Mapping[Role, str]) -> Channel:
        cell = told.get(Role.CHANNEL)
        if not cell:
            return self.channel
        found = channel_of(cell)
        if found is None:
            raise Unreadable(
                Text("{cell!r} is no channel (email, letter, call, visit, task)", cell=cell),
                hint=did_you_mean(cell, channel_words()),
            )
        return found

    def _sent_at(self, told: Mapping[Role, str], *, control: bool) -> datetime | None:
        own = told.get(Role.SENT_ON)
        if own and control:
            raise Unreadable(Text("the control group is never contacted, yet this row was"))
        if control:
            return None
        if own:
            return self._day(own)
        if Role.SENT_ON in self.columns.roles:
            return None
        if told.get(Role.DATE) and not self._says_what_came(told):
            return self._day(told[Role.DATE])
        return self.sent_at

    def _says_what_came(self, told: Mapping[Role, str]) -> bool:
        """Whether the date of the row is that of a stage, not of the message."""
        stage = told.get(Role.STAGE) or ""
        return bool((stage and not is_no_stage(stage)) or told.get(Role.AMOUNT))

    def _touch(
        self,
        told: Mapping[Role, str],
        channel: Channel,
        at: datetime | None,
        variant: str | None,
        *,
        in_vain: bool,
    ) -> PastTouch:
        attempts = _attempts(told.get(Role.ATTEMPTS))
        minutes = _minutes(told.get(Role.MINUTES))
        cost = read_amount(told.get(Role.COST))
        if cost is None and minutes is not None and self.minute:
            cost = minutes * self.minute
        return PastTouch(
            step=told.get(Role.STEP) or channel.value,
            channel=channel,
            at=at if attempts else None,
            attempts=attempts,
            variant=variant,
            in_vain=in_vain,
            cost=cost,
            minutes=minutes,
        )

    # --- what came of it --------------------------------------------------------------------

    def _stage(self, told: Mapping[Role, str], channel: Channel) -> str | None:
        cell = told.get(Role.STAGE)
        if not cell or is_no_stage(cell):
            return None
        known = (*self.chain, *FACTS)
        if is_silence(cell):
            return "no_answer" if channel in _IN_PERSON else None
        found = stage_of(cell, known)
        if found is None:
            raise Unreadable(
                Text("{cell!r} is no stage of the chain", cell=cell),
                hint=did_you_mean(cell, {*known, *stage_words()}),
            )
        return found

    def _facts(
        self,
        cells: Sequence[str],
        told: Mapping[Role, str],
        stage: str | None,
        sent_at: datetime | None,
    ) -> tuple[PastFact, ...]:
        """The stages that the row names, each with its day; the amount goes to order or quote."""
        days = self._own_columns(cells, told, sent_at)
        amount = read_amount(told.get(Role.AMOUNT)) or None
        # Lists fill what is empty with noughts; an order with a price may well leave nothing.
        margin = read_amount(told.get(Role.MARGIN))
        margin = margin if margin or amount is not None else None
        items = _items(told.get(Role.ITEMS))
        if stage is None and (amount is not None or margin is not None):
            stage = None if days.keys() & set(_PRICED) else "order"
        if stage and stage != self.chain[0]:
            days[stage] = self._when(told, sent_at)
        priced = next((one for one in _PRICED if one in days), None)
        if priced is None and (amount is not None or margin is not None):
            raise Unreadable(Text("an amount belongs to a quote or an order"))
        return tuple(
            PastFact(
                stage=one,
                at=at,
                amount=amount if one == priced else None,
                margin=margin if one == priced else None,
                items=items if one == "order" else None,
            )
            for one, at in days.items()
            if one != "no_answer"
        )

    def _own_columns(
        self, cells: Sequence[str], told: Mapping[Role, str], sent_at: datetime | None
    ) -> dict[str, datetime]:
        """Columns named after a stage: a day, or a yes on the day of the row."""
        found: dict[str, datetime] = {}
        for stage, place in self.columns.stages.items():
            cell = tidy(cells[place])
            said = typed(cell, FieldType.BOOLEAN) if cell else False
            if said is None and cell.lower() != "x":
                found[stage] = self._day(cell)
            elif said is not False:
                found[stage] = self._when(told, sent_at)
        return {stage: at for stage, at in found.items() if stage != self.chain[0]}

    def _when(self, told: Mapping[Role, str], sent_at: datetime | None) -> datetime:
        if cell := told.get(Role.DATE):
            return self._day(cell)
        at = sent_at or self.sent_at
        if at is None:
            raise Unreadable(Text("no date says when this was"))
        return at

    def _day(self, cell: str) -> datetime:
        at = self.instant(cell)
        if at > self.now:
            raise Unreadable(Text("{cell} lies in the future", cell=cell))
        return at


def remembering(instant: Callable[[str], datetime]) -> Callable[[str], datetime]:
    """The same, reading a day once: a file of 100,000 rows names some hundred days."""
    return lru_cache(maxsize=4096)(instant)


def _with(draft: Draft, field: str, value: str) -> Draft:
    return Draft(draft.line, {**draft.values, field: value}, draft.tags, draft.set_aside)


def _attempts(cell: str | None) -> int:
    if not cell:
        return 1
    number = typed(cell, FieldType.NUMBER)
    if not isinstance(number, Decimal) or number != int(number) or number < 0:
        raise Unreadable(Text("{cell!r} is no number of attempts", cell=cell))
    return int(number)


def _items(cell: str | None) -> int | None:
    """How many articles; a nought is what lists fill an empty cell with."""
    if not cell:
        return None
    number = typed(cell, FieldType.NUMBER)
    if not isinstance(number, Decimal) or number != int(number) or number < 0:
        raise Unreadable(Text("{cell!r} is no number of articles", cell=cell))
    return int(number) or None


def _minutes(cell: str | None) -> Decimal | None:
    if not cell:
        return None
    number = typed(cell, FieldType.NUMBER)
    if not isinstance(number, Decimal) or number < 0:
        raise Unreadable(Text("{cell!r} is no number of minutes", cell=cell))
    return number
