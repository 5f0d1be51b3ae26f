"""The four ratios of prospecting, per contact: people, not attempts (domain notes B4)."""

from __future__ import annotations

from dataclasses import dataclass
from fractions import Fraction

from outreach.evaluation.chain import share
from outreach.model.tally import CampaignTally


@dataclass(frozen=True, slots=True, kw_only=True)
class Ratios:
    """Exact; None where the denominator is 0 or not known. In French, in brackets."""

    #: Prospects contacted ÷ all contacted (taux de prospection).
    prospecting_share: Fraction | None
    #: Prospects contacted ÷ prospects on file (efficacité de la prospection).
    prospect_coverage: Fraction | None
    #: Prospects beyond `contacted` ÷ prospects contacted (efficacité du prospecteur).
    interested_rate: Fraction | None
    #: New customers ÷ prospects contacted (taux de réussite).
    success_rate: Fraction | None


def ratios(tally: CampaignTally) -> Ratios:
    contacted = tally.prospects_contacted
    return Ratios(
        prospecting_share=share(contacted, tally.contacted),
        prospect_coverage=share(contacted, tally.prospects_on_file or 0),
        interested_rate=share(tally.prospects_interested, contacted),
        success_rate=share(tally.prospects_won, contacted),
    )
