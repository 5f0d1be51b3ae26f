"""How the review calls what it found."""

from __future__ import annotations

from collections.abc import Mapping

from outreach.errors import Text
from outreach.evaluation.portfolio.actions import When
from outreach.evaluation.portfolio.classes import Segment
from outreach.evaluation.portfolio.loyalty import Reason, Verdict
from outreach.model.contact import LifeStage

STAGES: Mapping[LifeStage, Text] = {
    LifeStage.NEW: Text("new"),
    LifeStage.DEVELOPING: Text("developing"),
    LifeStage.MATURE: Text("mature"),
    LifeStage.DECLINING: Text("declining"),
    LifeStage.EPISODIC: Text("episodic"),
    LifeStage.LOST: Text("lost"),
}

VERDICTS: Mapping[Verdict, Text] = {
    Verdict.CARRY_ON: Text("carry on"),
    Verdict.REDOUBLE: Text("redouble the effort"),
    Verdict.REVISE: Text("revise the strategy"),
    Verdict.OPEN: Text("open"),
}

REASONS: Mapping[Reason, Text] = {
    Reason.NO_CUSTOMERS: Text("there is no customer yet"),
    Reason.MOSTLY_HEALTHY: Text("at least half are developing or mature"),
    Reason.MOSTLY_NEW: Text("at least half are new, it is too early to judge"),
    Reason.MORE_DECLINE_THAN_HEALTHY: Text("more decline than develop or are mature"),
    Reason.MANY_DECLINE: Text("many decline"),
    Reason.FEW_HEALTHY: Text("fewer than half are developing or mature"),
}

SEGMENTS: Mapping[Segment, Text] = {
    Segment.CORE: Text("core: A1 A2 A3, hold last year's result"),
    Segment.POTENTIAL: Text("potential: B1 C1 P1, priority"),
    Segment.STEADY: Text("steady: B2 C2 P2, the usual rhythm"),
    Segment.LOW_TOUCH: Text("low touch: B3 C3 P3, served at low cost"),
    Segment.UNKNOWN: Text("the potential is not known"),
}

ACTIONS_AT: Mapping[When, Text] = {
    When.NOW: Text("now"),
    When.CAN_WAIT: Text("can wait"),
    When.LONG_TERM: Text("long term"),
}
