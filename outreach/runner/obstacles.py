"""Why messages of a campaign are held, were refused, are tried again or never leave, for `status`.

Servers put the address into their answers, so that no two are alike: they are counted by
their code, and told with the whole answer that one person got.
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from itertools import groupby

from outreach.errors import Text
from outreach.model.campaign import Channel
from outreach.model.contact import Contact
from outreach.model.delivery import DeliveryState
from outreach.model.event import EventKind
from outreach.model.said import from_line
from outreach.runner.wording import held_reason, reason_text
from outreach.store.campaigns import Launched
from outreach.store.obstacles import Obstacle, in_vain, obstacles
from outreach.store.store import Store

#: `550 5.1.1` of "550 5.1.1 <gone@mail.example>: …": the code and the enhanced code.
_CODE = re.compile(r"\d{3}(?:[ -]\d\.\d{1,3}\.\d{1,3})?(?![\d.])")


@dataclass(frozen=True, slots=True)
class InTheWay:
    """So many messages for one reason, and one of the people they are for."""

    state: DeliveryState
    #: What servers answered, in short; of what is held, the names of what is missing.
    code: str
    count: int
    contact: Contact
    #: Why, for that one person.
    why: Text
    #: It is due, and will be passed over then.
    in_vain: bool = False

    @property
    def who(self) -> str:
        return self.contact.text("email") or self.contact.name


def in_the_way(store: Store, launched: Launched) -> list[InTheWay]:
    """What keeps messages back or ended them, the most frequent first."""
    found = sorted(obstacles(store.database, launched.id), key=_kind)
    groups = [list(alike) for _, alike in groupby(found, _kind)]
    groups.sort(key=lambda alike: -_count(alike))
    return [*_in_vain(store, launched), *(_told(store, launched, alike) for alike in groups)]


def _in_vain(store: Store, launched: Launched) -> list[InTheWay]:
    """Letters that count as due until a run passes over them: they do not arrive there."""
    if all(step.channel is not Channel.LETTER for step in launched.definition.every_step):
        return []
    return [
        InTheWay(
            one.state, one.detail, one.count, store.contacts.get(one.contact),
            reason_text(one.detail), in_vain=True,
        )
        for one in in_vain(store.database, launched.id)
    ]  # fmt: skip


def _kind(one: Obstacle) -> tuple[str, str]:
    said = from_line(one.detail)
    # What is put into a sentence of ours (a size, an answer) differs, the reason does not.
    if isinstance(said, Text) and one.state is not DeliveryState.HELD:
        return one.state.value, said.msgid
    return one.state.value, _code(one)


def _code(one: Obstacle) -> str:
    said = from_line(one.detail)
    # What was given up ended with an answer, too.
    words = str(said.values.get("reply", said) if isinstance(said, Text) else said)
    code = _CODE.match(words) if one.state is not DeliveryState.HELD else None
    return code[0].replace("-", " ") if code else str(said)


def _count(alike: list[Obstacle]) -> int:
    return sum(one.count for one in alike)


def _told(store: Store, launched: Launched, alike: list[Obstacle]) -> InTheWay:
    first = min(alike, key=lambda one: one.contact)
    contact = store.contacts.get(first.contact)
    said = from_line(first.detail)
    why = said if isinstance(said, Text) else Text("{reply}", reply=said)
    if first.state is DeliveryState.HELD and not isinstance(said, Text):
        held = [
            event
            for event in store.events.of_contact(first.contact, campaign=launched.id)
            if event.kind == EventKind.HELD.value
        ]
        why = held_reason(first.detail, held[-1].data if held else None)
    return InTheWay(first.state, _code(first), _count(alike), contact, why)
