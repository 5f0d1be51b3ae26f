"""Numbers that must not be mistaken for one another."""

from typing import NewType

ContactId = NewType("ContactId", int)
CompanyId = NewType("CompanyId", int)
CampaignId = NewType("CampaignId", int)
StepId = NewType("StepId", int)
DeliveryId = NewType("DeliveryId", int)
EventId = NewType("EventId", int)
ImportId = NewType("ImportId", int)
RunId = NewType("RunId", int)
BatchId = NewType("BatchId", int)
FollowUpId = NewType("FollowUpId", int)
