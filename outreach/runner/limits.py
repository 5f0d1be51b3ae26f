"""All the limits of a run, from the settings and from the campaigns as they were launched."""

from __future__ import annotations

from collections.abc import Iterable, Mapping

from outreach.model.ids import CampaignId
from outreach.model.settings import Limits, Sender, Settings
from outreach.scheduling.rules import Rules, default_provider_limits
from outreach.store.campaigns import Launched


def rules_of(
    settings: Settings,
    senders: Mapping[str, Sender],
    campaigns: Mapping[CampaignId, Launched],
    *,
    seed: str,
) -> Rules:
    """What these senders and campaigns may do; pauses are drawn from `seed`."""
    launched = campaigns.items()
    return Rules(
        senders={key: sender.limits for key, sender in senders.items()},
        campaigns={n: c.definition.limits for n, c in launched if c.definition.limits},
        names={number: one.name for number, one in launched},
        providers=provider_limits(settings, senders.values()),
        seed=seed,
    )


def provider_limits(settings: Settings, senders: Iterable[Sender]) -> Mapping[str, Limits]:
    """By provider. What is only known of them (and not said in the settings) holds for servers
    elsewhere: one on this machine is a test's, or a relay that keeps its own pace.
    """
    said = settings.provider_limits
    if said is None:
        return {}
    known = default_provider_limits() if goes_out(senders) else {}
    return {**known, **said}


def goes_out(senders: Iterable[Sender]) -> bool:
    """Whether any of them submits to a server on another machine."""
    return any(not server.on_loopback for sender in senders for server in sender.servers)
