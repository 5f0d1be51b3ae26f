"""The doctor's look at the settings: where they are, their folders, every secret in its place."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from outreach.compliance.policy import departures
from outreach.errors import OutreachError, Plural, Text
from outreach.files.campaigns import campaign_files
from outreach.files.secrets import is_reference, open_to_others
from outreach.model.finding import Area, Finding, Health, finding_of
from outreach.model.settings import DkimKey, Settings

Secret = Callable[[str], str]


def settings_findings(settings: Settings, file: Path, secret: Secret) -> Iterator[Finding]:
    """Of settings that could be read."""
    yield _ok("settings", Text("settings: {file}", file=str(file)))
    yield _campaigns(settings)
    yield _templates(settings)
    yield from _policy(settings)
    for reference in references(settings):
        yield _secret(reference, settings, secret)
    for key in dkim_keys(settings):
        yield from _key(key, secret)


def references(settings: Settings) -> list[str]:
    """Every secret that the settings refer to, each once, in their order."""
    found: list[str | None] = []
    for sender in settings.senders.values():
        for server in sender.servers:
            found += [server.user, server.password]
        found += [key.key for key in sender.dkim]
    return list(dict.fromkeys(one for one in found if one and is_reference(one)))


def dkim_keys(settings: Settings) -> list[DkimKey]:
    """Every key that a sender signs with, each once."""
    return list(dict.fromkeys(key for one in settings.senders.values() for key in one.dkim))


def _campaigns(settings: Settings) -> Finding:
    folder = settings.campaigns
    if not folder.is_dir():
        return _lacking("campaigns", folder, Text("campaigns are files in it: see outreach init"))
    count = len(campaign_files(settings))
    message = Plural("campaigns: {count} file in {folder}", "campaigns: {count} files in {folder}",
                     count, folder=str(folder))  # fmt: skip
    return _ok("campaigns", message)


def _templates(settings: Settings) -> Finding:
    folder = settings.templates
    if not folder.is_dir():
        return _lacking("templates", folder, Text("letters and e-mails are written in it"))
    return _ok("templates", Text("templates: {folder}", folder=str(folder)))


def _policy(settings: Settings) -> Iterator[Finding]:
    """What the firm states otherwise than the careful defaults: its own choice, never silent."""
    for number, said in enumerate(departures(settings.policy), start=1):
        what = Text("your policy ({file}): {what}", file="outreach.yaml", what=said)
        hint = Text("your own answer to the law: have it checked by somebody who knows it")
        yield Finding(f"policy:{number}", Area.SETTINGS, Health.WARNING, what, hint)


def _lacking(name: str, folder: Path, hint: Text) -> Finding:
    message = Text("there is no folder {folder}", folder=str(folder))
    return Finding(name, Area.SETTINGS, Health.WARNING, message, hint)


def _secret(reference: str, settings: Settings, secret: Secret) -> Finding:
    """Whether it can be had: what it is leaves this function in no way."""
    name = f"secret:{reference}"
    try:
        secret(reference)
    except OutreachError as error:
        return finding_of(error, name, Area.SETTINGS)
    if open_to_others(reference, settings.folder):
        message = Text("secret {reference}: everybody on this machine may read it",
                       reference=reference)  # fmt: skip
        path = reference.partition(":")[2].strip()
        hint = Text("take that right away: chmod 600 {path}", path=path)
        return Finding(name, Area.SETTINGS, Health.WARNING, message, hint)
    return _ok(name, Text("secret {reference}: there", reference=reference))


def _key(key: DkimKey, secret: Secret) -> Iterator[Finding]:
    """A key that can be had and cannot sign; one that is missing was told as a secret."""
    from outreach.rendering.dkim import BadKey, load_key

    name = f"dkim:{key.selector}.{key.domain}"
    try:
        loaded = load_key(secret(key.key).encode(), domain=key.domain, selector=key.selector)
    except BadKey as error:
        yield finding_of(error, name, Area.SETTINGS)
    except OutreachError:
        return
    else:
        if loaded.is_short:
            what = Text("the DKIM key {selector} of {domain} has less than 2048 bits",
                        selector=key.selector, domain=key.domain)  # fmt: skip
            hint = Text("make an RSA key of 2048 bits, or an Ed25519 key")
            yield Finding(name, Area.SETTINGS, Health.WARNING, what, hint)


def _ok(name: str, message: Text) -> Finding:
    return Finding(name, Area.SETTINGS, Health.OK, message)
