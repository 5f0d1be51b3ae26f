"""`settle`: messages whose outcome is unknown."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

import click

from outreach.application import Application
from outreach.cli.door import Command
from outreach.cli.output import leave, say, show
from outreach.errors import ExitCode, Plural, Text, WrongUsage
from outreach.model.ids import DeliveryId

if TYPE_CHECKING:
    from outreach.files.evidence import Evidence
    from outreach.runner.settle import Settlement
    from outreach.store.unknown import Doubt

#: Stands for everybody whose message is still in doubt; `--not-sent --all` says it too.
_EVERYBODY = ("all", "--all")
#: Messages in doubt that are listed for people.
_LISTED = 20


@click.command(cls=Command)
@click.argument("campaign", required=False)
@click.option(
    "--from",
    "sources",
    multiple=True,
    type=click.Path(exists=True, path_type=Path),
    metavar="MAILDIR|LOG",
    help="A Sent or Bcc mailbox (Maildir, mbox, .eml files) or a mail server's log to look in"
    " (can be repeated).",
)
@click.option(
    "--sent", multiple=True, metavar="WHO", help="This person got it (can be repeated), or: all."
)
@click.option(
    "--not-sent",
    multiple=True,
    metavar="WHO",
    help="This person did not: it is due again (can be repeated), or: all.",
)
@click.pass_obj
def settle(
    parts: Application,
    campaign: str | None,
    sources: tuple[Path, ...],
    sent: tuple[str, ...],
    not_sent: tuple[str, ...],
) -> None:
    """List messages that were on the wire when a run ended, or say what became of them.

    They are never sent again by themselves. --from looks for their Message-IDs: what is found
    is settled as sent or refused, what is not found stays in doubt until you say what became of
    it. One said not to have been sent leaves again with the same Message-ID and date.

    Understood are the logs of Postfix, Exim and OpenSMTPD (this one only where the sender has a
    bounce: address with a token), packed or not, and any log with a line for each message that
    holds its Message-ID in angle brackets and one of the words delivered, accepted, sent, queued,
    saved, or refused, rejected, bounced.
    """
    from outreach.runner.recovery import recover
    from outreach.runner.settle import Settlement, Settler
    from outreach.store.unknown import in_doubt

    chosen = [parts.launched(campaign).id] if campaign else None
    evidence: Evidence | None = None
    done = Settlement()
    with parts.alone():
        # What a dead run left behind is in doubt from now on, not only after the next run.
        recover(parts.store, parts.settings, now=parts.now())
        doubts = in_doubt(parts.store.database, chosen)
        said = {True: _about(parts, doubts, sent), False: _about(parts, doubts, not_sent)}
        _agree(said)
        known = {one.id: one for one in parts.store.campaigns.all()}
        settler = Settler(parts.store, parts.settings, known, parts.now())
        if sources:
            done, evidence = settler.by_evidence(doubts, sources)
        # Who is named comes before everybody else.
        for arrived in sorted(said, key=lambda word: said[word] is None):
            about = said[arrived]
            still = in_doubt(parts.store.database, chosen)
            meant = [one for one in still if about is None or one.delivery.id in about]
            done += settler.by_word(meant, arrived=arrived)
    left = in_doubt(parts.store.database, chosen)
    data = {
        "settled": done.settled,
        "sent": done.sent,
        "not_sent": done.not_sent,
        "refused": done.refused,
        "still_unknown": len(left),
        "unknown": [_row(parts, doubt) for doubt in left],
    }
    show(parts, data, lambda: _print(parts, done, left, evidence))
    if left:
        leave(ExitCode.UNKNOWN_OUTCOME)


class NothingUnknown(WrongUsage):
    def __init__(self, who: str) -> None:
        super().__init__(
            Text("no message to {who!r} is in doubt", who=who),
            hint=Text("outreach settle lists those that are"),
        )


def _about(
    parts: Application, doubts: Sequence[Doubt], names: Sequence[str]
) -> frozenset[DeliveryId] | None:
    """The doubtful messages to these people; None for everybody's."""
    about: set[DeliveryId] = set()
    for who in names:
        if who in _EVERYBODY:
            return None
        contact = parts.person(who)
        found = {one.delivery.id for one in doubts if one.delivery.contact == contact.id}
        if not found:
            raise NothingUnknown(who)
        about |= found
    return frozenset(about)


def _agree(said: dict[bool, frozenset[DeliveryId] | None]) -> None:
    """Nobody's message was both sent and not sent."""
    arrived, lost = said[True], said[False]
    if arrived is None and lost is None:
        raise WrongUsage(Text("either all were sent or all were not: name those of one kind"))
    if arrived and lost and arrived & lost:
        raise WrongUsage(Text("a message was sent or it was not: one person stands in both"))


def _row(parts: Application, doubt: Doubt) -> dict[str, object]:
    delivery = doubt.delivery
    zone = parts.settings.zone
    return {
        "contact": delivery.contact,
        "email": doubt.email,
        "campaign": doubt.campaign,
        "step": delivery.step,
        "message_id": delivery.message_id,
        "date": delivery.message_date.astimezone(zone) if delivery.message_date else None,
    }


# --- for people -------------------------------------------------------------------------------


def _print(
    parts: Application, done: Settlement, left: Sequence[Doubt], evidence: Evidence | None
) -> None:
    if evidence is not None:
        _print_evidence(parts, evidence)
    _print_done(parts, done)
    if not left:
        say(parts, Text("No message is in doubt."))
        return
    _print_left(parts, left)
    if evidence is None:
        say(parts, Text("Look for them in a Sent mailbox, a Bcc mailbox or the server's log:"))
        say(parts, "  outreach settle --from MAILDIR|LOG")
        say(parts, Text("or say what you know:"))
        say(parts, "  outreach settle --sent ADDRESS | --not-sent ADDRESS")
        return
    say(
        parts,
        Text(
            "That something is not found does not prove that it was not sent. If what was read"
            " holds everything from the minute before the run ended, they were not, and leave"
            " again once you say so:"
        ),
    )
    say(parts, "  outreach settle --not-sent all")


def _print_evidence(parts: Application, evidence: Evidence) -> None:
    if evidence.lines or not evidence.messages:
        say(parts, Plural("{count} line of logs was read", "{count} lines of logs were read",
                          evidence.lines))  # fmt: skip
    if evidence.messages:
        say(parts, Plural("{count} e-mail of mailboxes was read",
                          "{count} e-mails of mailboxes were read", evidence.messages))  # fmt: skip
    if evidence.nameless:
        say(
            parts,
            Text(
                "OpenSMTPD writes no Message-ID into its log: only what a sender with a bounce:"
                " address with a token sent is found in it. Take a Sent or Bcc mailbox otherwise."
            ),
        )


def _print_done(parts: Application, done: Settlement) -> None:
    if done.settled:
        say(
            parts,
            Plural(
                "{count} message is settled: {sent} sent, {refused} refused, {not_sent} not sent",
                "{count} messages are settled: {sent} sent, {refused} refused, {not_sent} not sent",
                done.settled,
                sent=done.sent,
                refused=done.refused,
                not_sent=done.not_sent,
            ),
        )
    if done.not_sent:
        say(
            parts,
            Text("What was not sent is due again and leaves with the same Message-ID and date."),
        )


def _print_left(parts: Application, left: Sequence[Doubt]) -> None:
    say(
        parts,
        Plural(
            "Nobody knows whether {count} message arrived:",
            "Nobody knows whether {count} messages arrived:",
            len(left),
        ),
    )
    for doubt in left[:_LISTED]:
        row = _row(parts, doubt)
        say(parts, f"  {row['email']}  {row['campaign']}/{row['step']}  {row['message_id']}")
    if len(left) > _LISTED:
        say(parts, Text("  … and {count} more (all of them: --json)", count=len(left) - _LISTED))
