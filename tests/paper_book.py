"""What a run keeps of its pace for the next one, on paper; and e-mails that are due."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from itertools import count

from outreach.model.campaign import Channel
from outreach.model.delivery import Delivery, DeliveryState, DueEmail
from outreach.model.ids import CampaignId, ContactId, DeliveryId, StepId
from outreach.store.paces import KeptPace

NOON = datetime(2027, 3, 1, 12, tzinfo=UTC)
SECOND, MINUTE, HOUR, DAY = (timedelta(seconds=n) for n in (1, 60, 3600, 86400))


@dataclass
class PaperBook:
    """What a run keeps for the next one, on paper."""

    kept: dict[str, KeptPace] = field(default_factory=dict)
    sent: list[tuple[datetime, DueEmail]] = field(default_factory=list)
    writes: int = 0

    def paces(self) -> Sequence[KeptPace]:
        return list(self.kept.values())

    def keep_paces(self, paces: Sequence[KeptPace], *, over: datetime | None = None) -> None:
        self.writes += 1
        self.kept |= {pace.key: pace for pace in paces}

    def sent_log(
        self, since: datetime, *, sender: str | None = None, campaign: CampaignId | None = None
    ) -> Sequence[tuple[datetime, int]]:
        return [
            (at, 1)
            for at, email in self.sent
            if at > since
            and sender in (None, email.sender)
            and campaign in (None, email.delivery.campaign)
        ]

    def sent_by_domain(self, since: datetime) -> Sequence[tuple[datetime, str, int]]:
        return [(at, email.address_domain, 1) for at, email in self.sent if at > since]

    def first_sent(
        self, sender: str | None = None, *, campaign: CampaignId | None = None
    ) -> datetime | None:
        log = self.sent_log(datetime.min.replace(tzinfo=UTC), sender=sender, campaign=campaign)
        return min((at for at, _ in log), default=None)


_numbers = count(1)


def email(
    domain: str = "example.org", *, sender: str = "marie", campaign: int = 1, later: bool = False,
    due: datetime = NOON, closes_at: datetime | None = None,
) -> DueEmail:  # fmt: skip
    number = next(_numbers)
    delivery = Delivery(
        id=DeliveryId(number),
        campaign=CampaignId(campaign),
        step_id=StepId(1),
        step="mail",
        contact=ContactId(number),
        channel=Channel.EMAIL,
        state=DeliveryState.DUE,
        due_at=due,
        sender=sender,
    )
    return DueEmail(delivery, sender, domain, later, closes_at)
