"""Why two contacts are thought to be one, in words a person can check at a glance."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import isnan

from outreach.errors import Text

#: From here on a likeness is told in percent; under it the two are told to differ.
_ALIKE = 0.72


def reasons(alike: Mapping[str, float], *, swapped: bool) -> tuple[Text, ...]:
    """What speaks for a pair, then what speaks against it.

    `alike`: per kind of evidence 0 to 1, NaN where one of both says nothing; the kinds of
    the user's own fields begin with `own:`.
    """
    known = {kind: value for kind, value in alike.items() if not isnan(value)}
    return (*_for(known, swapped=swapped), *_against(known))


def _for(known: Mapping[str, float], *, swapped: bool) -> Iterator[Text]:
    if swapped:
        yield Text("first and last name swapped")
    for kind, value in known.items():
        if kind.startswith("own:"):
            if value >= 1:
                yield Text("same {field}", field=kind.removeprefix("own:"))
        elif value >= 0.995 and not (kind == "name" and swapped):
            yield _SAME[kind]
        elif value >= _ALIKE and kind in _NEARLY:
            yield _nearly(kind, value)
        elif kind == "siret" and value > 0:
            yield Text("same SIREN")


_SAME = {
    "email": Text("same e-mail"),
    "domain": Text("same mail domain"),
    "siret": Text("same SIRET"),
    "phone": Text("same phone"),
    "name": Text("same name"),
    "company": Text("same firm"),
    "street": Text("same street address"),
    "place": Text("same town"),
}

_NEARLY = frozenset({"email", "phone", "name", "company", "street"})


def _nearly(kind: str, value: float) -> Text:
    percent = int(100 * value)
    match kind:
        case "name":
            return Text("names {percent} % alike", percent=percent)
        case "company":
            return Text("firms {percent} % alike", percent=percent)
        case "street":
            return Text("street addresses {percent} % alike", percent=percent)
        case "email":
            return Text("e-mails {percent} % alike", percent=percent)
        case _:
            return Text("phones one digit apart")


def _against(known: Mapping[str, float]) -> Iterator[Text]:
    for kind, text in _OTHER.items():
        if known.get(kind, 1.0) < (_ALIKE if kind != "siret" else 0.01):
            yield text


_OTHER = {
    "name": Text("but other names"),
    "company": Text("but another firm"),
    "siret": Text("but another SIRET"),
    "street": Text("but another street address"),
    "place": Text("but another town"),
    "phone": Text("but another phone"),
    "email": Text("but another e-mail"),
}
