"""What the commands about campaigns share: the parts of the runner, built once."""

from __future__ import annotations

from collections.abc import Iterable
from typing import TYPE_CHECKING

from outreach.application import Application
from outreach.errors import Text
from outreach.model.audience import AudienceCount
from outreach.runner.wording import EXCLUSIONS
from outreach.store.campaigns import Launched

if TYPE_CHECKING:
    from outreach.files.campaigns import CampaignFile
    from outreach.runner.compose import Mailroom
    from outreach.runner.findings import Note


def mailroom(parts: Application, campaigns: Iterable[Launched] = ()) -> Mailroom:
    """What makes the e-mails and letters of this workspace."""
    from outreach.files.secrets import resolve_secret
    from outreach.runner.compose import Mailroom

    return Mailroom(
        parts.store,
        parts.settings,
        secret=lambda reference: resolve_secret(reference, parts.settings.folder),
        now=parts.now,
        campaigns={campaign.id: campaign for campaign in campaigns},
    )


def campaign_file(parts: Application, name: str) -> CampaignFile:
    """The campaign as it is written now. Raises everything wrong with its file at once."""
    from outreach.files.campaigns import BrokenCampaign
    from outreach.runner.unread import every_problem

    try:
        return parts.campaign_file(name)
    except BrokenCampaign as broken:
        raise every_problem(broken, mailroom(parts)) from None


def audience_lines(count: AudienceCount) -> list[Text]:
    """Who is in, who is out and why, as lines."""
    lines = [Text("{matched:>7}  match the expression", matched=count.matched)]
    for reason, people in count.excluded.items():
        lines.append(
            Text("{people:>7}  left out: {reason}", people=people, reason=EXCLUSIONS[reason])
        )
    lines.append(Text("{selected:>7}  selected", selected=count.selected))
    if count.control:
        lines.append(
            Text(
                "{control:>7}  of them control: never contacted, followed all the same",
                control=count.control,
            )
        )
    lines.append(Text("{enrolled:>7}  enrolled", enrolled=count.enrolled))
    return lines


def notes_data(parts: Application, notes: Iterable[Note]) -> list[dict[str, str]]:
    """What may surprise, under `notes`."""
    say = parts.spoken().say
    return [{"message": say(one.what), "hint": say(one.hint)} for one in notes]


def print_notes(parts: Application, notes: Iterable[Note]) -> None:
    """What may surprise, each with what to write instead."""
    from outreach.cli.output import wrap

    for note in notes:
        wrap(parts.spoken().say(note.what), first="• ", rest="  ")
        wrap(parts.spoken().say(note.hint), first="  → ", rest="    ")
