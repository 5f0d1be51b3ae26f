"""Secrets by reference: `env:NAME`, `file:PATH`, `keyring:NAME`; looked up when they are used.

What a secret is never appears in an error, a log or a settings file.
"""

from __future__ import annotations

import os
from importlib import import_module
from pathlib import Path
from typing import Any

from outreach.errors import OutreachError, Text

_KINDS = ("env", "file", "keyring")

#: The service under which `keyring set outreach NAME` stores what `keyring:NAME` reads.
KEYRING_SERVICE = "outreach"


class SecretMissing(OutreachError):
    """A secret that the settings refer to is not where they say."""


def is_reference(text: str) -> bool:
    kind, colon, name = text.partition(":")
    return bool(colon and name.strip()) and kind in _KINDS


def resolve_secret(reference: str, folder: Path) -> str:
    """The secret that a reference names; relative files start at the settings' `folder`.

    A text that is no reference is itself: a login may stand in clear, passwords and
    keys were refused when the settings were read. Raises `SecretMissing`.
    """
    if not is_reference(reference):
        return reference
    kind, _, name = reference.partition(":")
    match kind:
        case "env":
            return _from_environment(name.strip())
        case "file":
            return _from_file(folder / Path(name.strip()).expanduser())
        case _:
            return _from_keyring(name.strip())


def open_to_others(reference: str, folder: Path) -> bool:
    """Whether anybody on this machine may read the file of a secret.

    Never where the system has no such rights (Windows), or for what is no file.
    """
    kind, _, name = reference.partition(":")
    if kind != "file" or os.name != "posix":
        return False
    path = folder / Path(name.strip()).expanduser()
    return path.is_file() and bool(path.stat().st_mode & 0o004)


def _from_environment(name: str) -> str:
    value = os.environ.get(name)
    if not value:
        raise SecretMissing(
            Text("the environment variable {name} is not set", name=name),
            hint=Text("set it before starting: export {name}=…", name=name),
        )
    return value


def _from_file(path: Path) -> str:
    try:
        value = path.read_text(encoding="utf-8").rstrip("\r\n")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or str(error)
        raise SecretMissing(
            Text("the secret file {path} cannot be read: {reason}", path=path, reason=reason),
            hint=Text("it holds the secret alone, and only you should be able to read it"),
        ) from None
    if not value:
        raise SecretMissing(Text("the secret file {path} is empty", path=path))
    return value


def _from_keyring(name: str) -> str:
    try:
        keyring: Any = import_module("keyring")
    except ImportError:
        raise SecretMissing(
            Text("keyring:{name} needs the package `keyring`", name=name),
            hint=Text("install it with: pip install keyring"),
        ) from None
    try:
        value: str | None = keyring.get_password(KEYRING_SERVICE, name)
    except keyring.errors.KeyringError as error:
        what = Text("the keyring cannot be opened: {reason}", reason=str(error))
        raise SecretMissing(what) from None
    if not value:
        raise SecretMissing(
            Text("the keyring has no {name!r}", name=name),
            hint=Text("store it with: keyring set outreach {name}", name=name),
        )
    return value
