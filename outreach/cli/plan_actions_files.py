"""The action plan as files: a workbook, a calendar."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from outreach.application import Application
from outreach.cli.plan_actions_shown import about, document
from outreach.errors import Text
from outreach.runner.plan_actions import ActionPlan


def written(
    parts: Application, plan: ActionPlan, *, xlsx: Path | None, ics: Path | None
) -> dict[str, str]:
    """Write the files that were asked for, all or none; their paths by kind."""
    from outreach.files.bundles import write_together

    contents: dict[Path, bytes] = {}
    if xlsx is not None:
        from outreach.files.reports.writing import content_of

        made = document(parts, plan, whole=True)
        contents[xlsx] = content_of(made, xlsx, parts.language, parts.settings.currency)
    if ics is not None:
        from outreach.files.ics import checked_calendar

        name = parts.language.say(Text("Commercial action plan"))
        contents[ics] = checked_calendar(ics, name, list(_entries(parts, plan)))
    write_together(list(contents.items()))
    asked = {"xlsx": xlsx, "ics": ics}
    return {kind: str(path) for kind, path in asked.items() if path is not None}


def _entries(parts: Application, plan: ActionPlan) -> Any:
    """Actions with their days, and their steps that have one."""
    from outreach.files.ics import Entry

    store = parts.store.database.identity
    for one in plan.actions:
        action = one.action
        first = action.starts_on or action.ends_on
        if first is not None:
            yield Entry(
                uid=f"action-{action.id}@{store}.outreach",
                title=action.name,
                start=first,
                end=action.ends_on or first,
                made_at=action.created_at,
                text="\n".join(parts.language.say(line) for line in about(parts, one)),
                categories=(action.theme.value,) if action.theme else (),
                done=action.done_at is not None,
            )
        for place, step in enumerate(action.steps, start=1):
            if step.on is not None:
                yield Entry(
                    uid=f"action-{action.id}-step-{place}@{store}.outreach",
                    title=f"{action.name}: {step.what}",
                    start=step.on,
                    end=step.on,
                    made_at=action.created_at,
                    done=step.done,
                )
