"""What a template sees of one person.

Every field of the catalogue by its name, `contact` with the same fields as one mapping,
`tags`, `orders`, and the words that are not the person's: `organisation`, `sender`, `campaign`,
`today`, `unsubscribe_url`, `data_notice`. A value that is missing is a `MissingField`: false in an
`if`, replaced by `|default(…)`, and an error by name wherever it would be printed or
counted with.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping, Sequence
from datetime import date
from typing import NoReturn, overload

from jinja2 import Undefined

from outreach.model.campaign import Campaign
from outreach.model.contact import Contact
from outreach.model.settings import Organisation, Sender
from outreach.model.value import value

#: No values.
NOTHING: Mapping[str, object] = {}

#: What a template may write after a dot.
PARTS: Mapping[str, frozenset[str]] = {
    "organisation": frozenset({"name", "address", "privacy_url"}),
    "sender": frozenset({"name", "address", "reply_to"}),
    "campaign": frozenset({"name", "title", "offer"}),
}

#: The names every template knows beside the fields of the contact base.
GENERAL_NAMES = frozenset(
    {*PARTS, "contact", "data_notice", "orders", "tags", "today", "unsubscribe_url"}
)


class MissingValue(Exception):
    """A template printed or computed with a value this person lacks (`name`)."""

    def __init__(self, name: str) -> None:
        super().__init__(name)
        self.name = name


class MissingField(Undefined):
    """A known field without a value: may be tested and replaced, never printed.

    Like Jinja's StrictUndefined, except that the name is reported as missing and
    not as unknown, and that its `bool` is False.
    """

    __slots__ = ()

    def _fail(self, *_args: object, **_kwargs: object) -> NoReturn:
        raise MissingValue(str(self._undefined_name))

    def __str__(self) -> str:
        self._fail()

    __repr__ = __iter__ = __len__ = __hash__ = __contains__ = _fail
    __eq__ = __ne__ = __lt__ = __le__ = __gt__ = __ge__ = _fail
    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _fail
    __truediv__ = __rtruediv__ = __floordiv__ = __rfloordiv__ = _fail
    __mod__ = __rmod__ = __pow__ = __rpow__ = __neg__ = __pos__ = _fail
    __int__ = __float__ = __complex__ = __call__ = __getitem__ = _fail

    def __getattr__(self, name: str) -> NoReturn:
        if name.startswith("__"):  # Python's own questions, such as __html__
            raise AttributeError(name)
        self._fail()


class NotedField(MissingField):
    """Prints nothing and writes its name down: the second pass, which finds all the names."""

    __slots__ = ("_noted",)
    _noted: list[str]

    def __str__(self) -> str:
        self._noted.append(str(self._undefined_name))
        return ""


@value
class Values:
    """The names a template sees for one person; see `values_for`."""

    names: dict[str, object]

    def noting(self, noted: list[str]) -> Values:
        """The same values, but printing a missing one adds its name to `noted`."""

        def swap(value: object) -> object:
            if isinstance(value, MissingField):
                field = NotedField(name=value._undefined_name)
                field._noted = noted
                return field
            if isinstance(value, dict):
                return {key: swap(item) for key, item in value.items()}
            return value

        return Values({name: swap(value) for name, value in self.names.items()})


class Surroundings:
    """What a template sees beside the person: made once for all people of a step."""

    def __init__(
        self,
        fields: Iterable[str],
        *,
        organisation: Organisation,
        sender: Sender | None,
        campaign: Campaign,
        notice: Callable[[str], str] | None = None,
    ) -> None:
        """`fields` are all names of the catalogue.

        `notice` tells somebody who holds his data, given where it comes from.
        """
        self._notice = notice
        self._no_source = MissingField(name="source")
        #: Of a person of whom nothing is known.
        self._nobody: dict[str, object] = {name: MissingField(name=name) for name in fields}
        self._no_link = MissingField(name="unsubscribe_url")
        self._names: dict[str, object] = {
            "organisation": _mapping(
                "organisation",
                name=organisation.name or None,
                address=organisation.address or None,
                privacy_url=organisation.privacy_url,
            ),
            "sender": _mapping(
                "sender",
                name=sender.display_name if sender else None,
                address=sender.address if sender else None,
                reply_to=(sender.reply_to or sender.address) if sender else None,
            ),
            "campaign": _mapping(
                "campaign", name=campaign.name, title=campaign.title or None, offer=campaign.offer
            ),
        }

    def values(
        self,
        contact: Contact,
        *,
        today: date,
        unsubscribe_url: str | None = None,
        orders: Sequence[Mapping[str, object]] = (),
        instead: Mapping[str, object] = NOTHING,
    ) -> Values:
        """What templates see for `contact`, with values `instead` of some of his.

        `orders` are the person's, the oldest first: `on`, `amount`, `note`, `campaign` of each.
        `today` is the day in the workspace's zone. A name of `GENERAL_NAMES` hides a field
        of the same name, which stays within reach as `contact.<name>`.
        """
        known = {name: one for name, one in contact.values.items() if one is not None}
        person = {**self._nobody, **known, **instead}
        if len(person) > len(self._nobody):  # what is no field of the catalogue
            person = {name: person[name] for name in self._nobody}
        names = person | self._names
        names["contact"] = person
        names["orders"] = _Items("orders", orders)
        names["tags"] = tuple(sorted(contact.tags)) if contact.tags else ()
        names["today"] = today
        source = contact.values.get("source")
        if self._notice is None or source is None:
            names["data_notice"] = self._no_source
        else:
            names["data_notice"] = self._notice(str(source))
        names["unsubscribe_url"] = self._no_link if unsubscribe_url is None else unsubscribe_url
        return Values(names)


def values_for(
    contact: Contact,
    fields: Iterable[str],
    *,
    organisation: Organisation,
    sender: Sender | None,
    campaign: Campaign,
    today: date,
    unsubscribe_url: str | None = None,
    orders: Sequence[Mapping[str, object]] = (),
) -> Values:
    """What templates see for one person; see `Surroundings`."""
    around = Surroundings(fields, organisation=organisation, sender=sender, campaign=campaign)
    return around.values(contact, today=today, unsubscribe_url=unsubscribe_url, orders=orders)


class _Items(Sequence[Mapping[str, object]]):
    """The items of a list, read when they are asked for; what one lacks is missing by name."""

    def __init__(self, name: str, items: Sequence[Mapping[str, object]]) -> None:
        self._name = name
        self._items = items

    @overload
    def __getitem__(self, place: int) -> Mapping[str, object]: ...
    @overload
    def __getitem__(self, place: slice) -> Sequence[Mapping[str, object]]: ...
    def __getitem__(
        self, place: int | slice
    ) -> Mapping[str, object] | Sequence[Mapping[str, object]]:
        if isinstance(place, slice):
            return _Items(self._name, self._items[place])
        name = self._name
        return {key: given(f"{name}.{key}", v) for key, v in self._items[place].items()}

    def __len__(self) -> int:
        return len(self._items)


def _mapping(owner: str, **parts: str | None) -> dict[str, object]:
    return {name: given(f"{owner}.{name}", value) for name, value in parts.items()}


def given(name: str, value: object) -> object:
    """A value as templates see it: one that is not there is missing by its name."""
    return MissingField(name=name) if value is None else value
