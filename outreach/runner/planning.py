"""A delivery to come: its variant drawn, its sender named."""

from __future__ import annotations

from datetime import datetime

from outreach.model.campaign import Campaign, Step
from outreach.model.change import Planned
from outreach.model.ids import CampaignId, ContactId, StepId
from outreach.runner.drawing import variant_for

#: Numbers that the store gives when it freezes the audience.
NOT_YET = CampaignId(0)
NO_STEP_YET = StepId(0)
#: What is planned alike for many who begin together: the store knows for whom.
SEVERAL = ContactId(0)


def planned(
    definition: Campaign,
    step: Step,
    contact: ContactId,
    due_at: datetime,
    campaign: CampaignId = NOT_YET,
    step_id: StepId = NO_STEP_YET,
    sender: str | None = None,
    occurrence: int = 1,
    variant: str | None = None,
) -> Planned:
    """The step for one person, due at an instant.

    Who makes a call or a visit is known when it falls due (`runner/placing.py`).
    `sender` is who writes to this person where the campaign has several; None: the ledger
    knows from the launch. `variant`: what was drawn within a stratum; None: it is drawn now.
    """
    names = [variant.name for variant in step.variants]
    return Planned(
        campaign=campaign,
        step=step_id,
        contact=contact,
        channel=step.channel,
        due_at=due_at,
        occurrence=occurrence,
        variant=variant or variant_for(definition.name, step.name, contact, names),
        sender=step.sender or sender or (None if definition.senders else definition.sender),
        track=step.track,
        again=definition.edition > 1,
    )
