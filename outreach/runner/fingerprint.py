"""One mark for everything a campaign's letters and e-mails are made from.

A template that changed since the launch stops `run`, so that nobody gets a half-written
text; `launch --confirm-change` puts the change in force.
"""

from __future__ import annotations

import hashlib
import json

from outreach.errors import OutreachError, Text
from outreach.files.templates import TemplateFolder
from outreach.model.campaign import Campaign, Step
from outreach.rendering.jinja import Templates
from outreach.rendering.mail_source import VALUE, holdings
from outreach.rendering.pictures import local_picture


class TemplatesChanged(OutreachError):
    def __init__(self, name: str) -> None:
        super().__init__(
            Text("the templates of campaign {name!r} changed since it was launched", name=name),
            hint=Text(
                "see outreach preview {name}, then: outreach launch {name} --confirm-change",
                name=name,
            ),
        )


def fingerprint(definition: Campaign, folder: TemplateFolder, templates: Templates) -> str:
    """The mark of every file the campaign's steps are made from, parents and includes too.

    All of them together first, then each of them: a change can be told by name. Raises the
    error of a template that is not there.
    """
    folder.given.clear()
    for step in definition.steps:
        for name in jinja_names(step):
            folder.path(name)
            templates.problems(name)
            for picture in own_pictures(templates, name):
                folder.content(picture)
        for name in plain_names(step):
            folder.content(name)
    mark = hashlib.sha256()
    given = sorted(folder.given.items())
    for name, content in given:
        mark.update(f"{name}\0{len(content)}\0".encode())
        mark.update(content)
    each = {name: hashlib.sha256(content).hexdigest()[:12] for name, content in given}
    return f"{mark.hexdigest()} {json.dumps(each, ensure_ascii=False)}"


def same_mark(one: str, other: str) -> bool:
    """Whether everything is as it was."""
    return one.partition(" ")[0] == other.partition(" ")[0]


def changed_files(before: str, after: str) -> tuple[str, ...]:
    """The files that changed, came or went between two marks.

    Empty where the older mark, of an earlier version of the program, names none.
    """
    then, now = (json.loads(mark.partition(" ")[2] or "{}") for mark in (before, after))
    if not then:
        return ()
    names = [name for name in {**then, **now} if then.get(name) != now.get(name)]
    return tuple(sorted(names))


def own_pictures(templates: Templates, name: str) -> list[str]:
    """The pictures below `templates/` that the messages of a template show."""
    sources = templates.sources(name)
    shown = [picture for source in sources for picture in holdings(source).pictures]
    paths = [local_picture(picture.source) for picture in shown if VALUE not in picture.source]
    return list(dict.fromkeys(path for path in paths if path))


def jinja_names(step: Step) -> list[str]:
    """The Jinja templates of a step and of its variants."""
    if step.channel != "email":
        return []
    variants = [variant.template for variant in step.variants]
    return [name for name in (step.template, step.text, *variants) if name]


def plain_names(step: Step) -> list[str]:
    """The Word templates of a step and of its variants, and its guide."""
    letters = [attachment.letter for attachment in step.attachments]
    own = [step.template, *(variant.template for variant in step.variants)]
    own = own if step.channel == "letter" else []
    return [name for name in (*own, step.guide, *letters) if name]
