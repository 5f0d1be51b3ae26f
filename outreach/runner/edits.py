"""What a changed campaign file says otherwise than the campaign that runs. Pure."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, fields, replace
from enum import StrEnum

from outreach.errors import DefinitionError, OutreachError, Text
from outreach.files.campaigns import CampaignFile
from outreach.model.campaign import Campaign, Step

#: What dates a step, and what its people are drawn or named by.
_TIMES = ("after",)
_NAMES = ("variants", "sender")
#: Of the campaign: what dates the steps that open the chain, and who writes.
_BEGINNINGS = ("start", "waves", "repeat")
_WRITERS = ("sender", "senders")
#: What the program keeps, and no file says.
_KEPT = ("edition", "former", "steps", "name")


class Sort(StrEnum):
    """What becomes of a step."""

    SAME = "same"
    CHANGED = "changed"
    NEW = "new"
    GONE = "gone"


class FileChanged(OutreachError):
    """People are to be added to a campaign whose file says otherwise by now."""

    def __init__(self, name: str) -> None:
        super().__init__(
            Text("the file of campaign {name!r} changed since it was launched", name=name),
            hint=Text(
                "see what, then put it in force: outreach launch {name} --confirm-change --dry-run",
                name=name,
            ),
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class StepEdit:
    """One step: what the file says of it now."""

    step: Step
    sort: Sort
    #: The keys that read otherwise; those of the campaign that concern it, too.
    keys: tuple[str, ...] = ()
    #: Files of its text that changed.
    files: tuple[str, ...] = ()

    @property
    def replans(self) -> bool:
        """Whether deliveries that wait may be dated, drawn or named anew."""
        moved = {*_TIMES, *_NAMES, *_BEGINNINGS, *_WRITERS}
        return self.sort is Sort.NEW or bool(moved & set(self.keys))


@dataclass(frozen=True, slots=True, kw_only=True)
class Edit:
    """All that a change changes, step by step in the order of the file; the gone ones last."""

    before: Campaign
    after: Campaign
    steps: tuple[StepEdit, ...]
    #: Keys of the campaign itself that read otherwise.
    keys: tuple[str, ...] = ()
    #: Files that no step names itself: parents, includes, pictures.
    files: tuple[str, ...] = ()

    @property
    def empty(self) -> bool:
        same = all(one.sort is Sort.SAME and not one.files for one in self.steps)
        return same and not self.keys and not self.files

    @property
    def replans(self) -> bool:
        return any(one.replans or one.sort is Sort.GONE for one in self.steps)

    def definition(self) -> Campaign:
        """What is in force from now on: as the file says, with what was done before."""
        if not self.replans:
            return replace(self.after, edition=self.before.edition, former=self.before.former)
        names = {step.name for step in self.after.steps}
        former = (*self.before.former, *(one.step for one in self.steps if one.sort is Sort.GONE))
        return replace(
            self.after,
            edition=self.before.edition + 1,
            former=tuple(step for step in former if step.name not in names),
        )


def compare(before: Campaign, after: Campaign, files: tuple[str, ...] = ()) -> Edit:
    """What `after` changes in a campaign that was launched as `before`; `files` changed too."""
    keys = tuple(_otherwise(before, after, skip=_KEPT))
    known = {step.name: step for step in before.steps}
    steps = [_edit(known.get(step.name), step, after, keys, files) for step in after.steps]
    names = {step.name for step in after.steps}
    steps += [
        StepEdit(step=step, sort=Sort.GONE) for step in before.steps if step.name not in names
    ]
    told = {file for one in steps for file in one.files}
    rest = tuple(file for file in files if file not in told)
    return Edit(before=before, after=after, steps=tuple(steps), keys=keys, files=rest)


def _edit(
    before: Step | None,
    after: Step,
    campaign: Campaign,
    keys: tuple[str, ...],
    files: tuple[str, ...],
) -> StepEdit:
    if before is None:
        return StepEdit(step=after, sort=Sort.NEW)
    own = list(_otherwise(before, after))
    opens = after in campaign.following(None)
    own += [key for key in keys if opens and key in _BEGINNINGS]
    own += [key for key in keys if key in _WRITERS and not after.sender and key not in own]
    mine = tuple(file for file in files if file in _files(after))
    sort = Sort.CHANGED if own or mine else Sort.SAME
    return StepEdit(step=after, sort=sort, keys=tuple(own), files=mine)


def _otherwise(
    before: Campaign | Step, after: Campaign | Step, skip: tuple[str, ...] = ()
) -> Iterator[str]:
    """The keys that read otherwise."""
    for one in fields(before):
        if one.name not in skip and getattr(before, one.name) != getattr(after, one.name):
            yield one.name


def _files(step: Step) -> set[str | None]:
    """The files that a step names itself."""
    own = {step.template, step.text, step.guide}
    own |= {variant.template for variant in step.variants}
    return own | {attachment.letter for attachment in step.attachments}


def refusals(edit: Edit, file: CampaignFile) -> list[DefinitionError]:
    """What cannot be changed in a campaign that runs, with its place in the file."""
    known = {step.name: step for step in edit.before.steps}
    known |= {step.name: step for step in edit.before.former}
    found: list[DefinitionError] = []
    for number, step in enumerate(edit.after.steps):
        before = known.get(step.name)
        for key in ("channel", "track"):
            if before is None or getattr(before, key) == getattr(step, key):
                continue
            found.append(
                DefinitionError(
                    Text(
                        "the step {step!r} was launched with {key}: {before}",
                        step=step.name, key=key, before=getattr(before, key).value,
                    ),
                    where=file.locate(("steps", number, key)),
                    hint=Text("give the new step another name; the old one may go"),
                )
            )  # fmt: skip
    return found
