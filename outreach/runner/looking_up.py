"""Who and which campaign a command line names: looked up in the store, or said why not."""

from __future__ import annotations

from outreach.model.contact import Contact
from outreach.model.settings import Settings
from outreach.runner.naming import AmbiguousPerson, UnknownPerson
from outreach.store.campaigns import Hidden, Launched, NotLaunched
from outreach.store.store import Store


def the_person(store: Store, who: str) -> Contact:
    """The one contact that `who` names. Raises `UnknownPerson` or `AmbiguousPerson`."""
    found = store.contacts.find(who)
    if not found:
        from outreach.runner.reply_codes import coded

        if answered := coded(store, who):
            return answered[0]
        raise UnknownPerson(who)
    if len(found) > 1:
        raise AmbiguousPerson(who, found)
    return found[0]


def the_launched(store: Store, settings: Settings, name: str, *, hidden_too: bool) -> Launched:
    """A launched campaign, by its name or by its file; `hidden_too`: a deleted one as well.

    Raises `Hidden`, `NotLaunched` where it is only written, `UnknownCampaign` for none at all.
    """
    campaigns = store.campaigns
    if found := campaigns.look_up(name, hidden_too=hidden_too):
        return found
    # Reading campaign files takes a while to import; a launched one needs none.
    from outreach.files.campaigns import UnknownCampaign, find_campaign, written_campaigns

    if campaigns.look_up(name, hidden_too=True):
        raise Hidden(name)
    if name.endswith((".yaml", ".yml")):
        return campaigns.find(find_campaign(name, settings).campaign.name)
    written = written_campaigns(settings)
    if name in written:
        raise NotLaunched(name, ())
    raise UnknownCampaign(name, [*written, *(one.name for one in campaigns.all())])
