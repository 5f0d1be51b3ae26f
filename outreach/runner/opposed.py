"""What follows from an opposition: nobody writes to him any more, and it is on record.

A no said on one channel is a no on all; `privacy oppose --only` says less.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import datetime

from outreach.model.change import Change, Opposition
from outreach.model.event import Event, EventKind
from outreach.model.ids import ContactId
from outreach.model.stage import OPPOSED
from outreach.model.suppression import Suppression, SuppressionKey, SuppressionScope
from outreach.runner.facts import Fact
from outreach.store.known import Known, Other


def opposed(
    fact: Fact, others: Sequence[Other], known: Known, *, act: str, now: datetime
) -> Change:
    """The person is suppressed under every record that is his, and so are his addresses; his
    request stands in the register.
    """
    if fact.stage not in OPPOSED:
        return Change()
    people = [fact.contact.id, *sorted(opposed_others(fact, others))]
    keys = [(SuppressionKey.CONTACT, str(person)) for person in people]
    for name in ("email", "phone", "mobile"):
        if address := fact.contact.text(name):
            key = SuppressionKey.EMAIL if name == "email" else SuppressionKey.PHONE
            keys.append((key, address))
    told = {"scope": SuppressionScope.ALL.value, "reason": fact.stage}
    return Change(
        suppressions=tuple(
            Suppression(
                key=key,
                value=value,
                scope=SuppressionScope.ALL,
                reason="opted_out",
                at=fact.at,
                note=fact.note,
                source=f"record:{act}",
            )
            for key, value in keys
        ),
        events=tuple(
            Event(
                kind=EventKind.SUPPRESSED,
                contact=person,
                at=fact.at,
                recorded_at=now,
                data=told,
                author=fact.author,
            )
            for person in people
        ),
        oppositions=(_request(fact, known, now),),
    )


def opposed_others(fact: Fact, others: Sequence[Other]) -> set[ContactId]:
    if fact.stage not in OPPOSED:
        return set()
    return {other.contact for other in others if other.relation == "same"}


def _request(fact: Fact, known: Known, now: datetime) -> Opposition:
    """Whoever asks to be left alone, or complains, makes a request, which is answered by leaving
    him alone (art. 12): it stands in the register, and what he had consented to ends.
    """
    note = ": ".join(filter(None, (SuppressionScope.ALL.value, fact.note)))
    return Opposition(
        contact=fact.contact.id, at=fact.at, answered_at=now, note=note, grounds=known.grounds
    )
