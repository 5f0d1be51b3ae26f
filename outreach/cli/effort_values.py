"""What `plan effort` and `plan forecast` are told in one word: splits, minutes, suppositions."""

from __future__ import annotations

from fractions import Fraction
from typing import Any

import click

from outreach.cli.numbers import BadNumber, read_number
from outreach.errors import Text, WrongUsage, did_you_mean
from outreach.model.channels import Channel
from outreach.planning.market import Market
from outreach.planning.what_if import Change, coefficient_named

#: Figures that are shares of the prospects.
_RATES = frozenset({"accessibility"})


def _number(text: str, option: str, *, rate: bool = False) -> Fraction:
    """A number, or a share written with its sign. Raises `BadNumber`."""
    plain = text.strip()
    percent = rate and plain.endswith("%")
    found = read_number(plain[:-1] if percent else plain)
    if found is None:
        hint = Text("write it 6% or 0.06") if rate else Text("write it like 60000 or 2.5")
        raise BadNumber(option, text.strip(), hint)
    return found / 100 if percent else found


def _channel(word: str) -> Channel:
    known = [channel.value for channel in Channel]
    plain = word.strip().lower()
    if plain not in known:
        hint = did_you_mean(plain, known) or Text("one of: {words}", words=", ".join(known))
        raise WrongUsage(Text("{tag!r} is not a channel", tag=word.strip()), hint=hint)
    return Channel(plain)


def _pairs(text: str, option: str) -> list[tuple[str, str]]:
    """`call=60%,letter=40%` as pairs."""
    found = []
    for piece in text.split(","):
        name, sign, value = piece.partition("=")
        if not sign:
            raise WrongUsage(
                Text("{option} does not understand {text!r}", option=option, text=piece.strip()),
                hint=Text("write it like call=60%,letter=40%"),
            )
        found.append((name, value))
    return found


class MinutesType(click.ParamType[dict[Channel | None, Fraction]]):
    """`2`, or `call=2,letter=3`: by channel, None for every channel."""

    name = "minutes"

    def convert(self, value: Any, param: click.Parameter | None, _ctx: Any) -> Any:
        if isinstance(value, dict):
            return value
        option = param.opts[0] if param else ""
        if "=" not in value:
            return {None: _number(value, option)}
        found = {_channel(one): _number(many, option) for one, many in _pairs(value, option)}
        if any(minutes < 0 for minutes in found.values()):
            raise WrongUsage(Text("inbound prospects, touches and minutes are not below 0"))
        return found


class SplitType(click.ParamType[dict[Channel, Fraction] | str]):
    """`call=60%,letter=40%`, or `history`."""

    name = "split"

    def convert(self, value: Any, param: click.Parameter | None, _ctx: Any) -> Any:
        option = param.opts[0] if param else ""
        if isinstance(value, dict) or value.strip() == "history":
            return value
        found = {
            _channel(one): _number(share, option, rate=True) for one, share in _pairs(value, option)
        }
        if sum(found.values()) != 1 or any(share < 0 for share in found.values()):
            raise WrongUsage(
                Text("the shares of the channels do not add up to 100 %"),
                hint=Text("write it like call=60%,letter=40%"),
            )
        return found


class ChangesType(click.ParamType[list[Change]]):
    """`accessibility=3%,17%`: one figure, several values, one at a time."""

    name = "changes"

    def convert(self, value: Any, param: click.Parameter | None, _ctx: Any) -> Any:
        if isinstance(value, list):
            return value
        option = param.opts[0] if param else ""
        name, sign, values = value.partition("=")
        if not sign:
            raise WrongUsage(
                Text("{option} does not understand {text!r}", option=option, text=value),
                hint=Text("name the figure and its values: accessibility=3%,17%"),
            )
        figure = coefficient_named(name)
        return [
            Change(figure, _number(one, option, rate=figure in _RATES)) for one in values.split(",")
        ]


class DelaysType(click.ParamType[tuple[Fraction, ...]]):
    """`50,30,20`: of 100 orders, those of the first month, the next, the rest of the year."""

    name = "delays"

    def convert(self, value: Any, param: click.Parameter | None, _ctx: Any) -> Any:
        if isinstance(value, tuple):
            return value
        option = param.opts[0] if param else ""
        found = tuple(
            _number(one.strip().removesuffix("%"), option) / 100 for one in value.split(",")
        )
        if any(one < 0 for one in found) or not 0 < sum(found) <= 1:
            raise WrongUsage(
                Text("these shares do not add up to 100 % at most"),
                hint=Text("of 100 orders so many in the first month, the next…: 50, 30, 20"),
            )
        return found


class MarketType(click.ParamType[Market]):
    """`120,480,400`: our customers, the competitors', those who do not buy yet."""

    name = "market"

    def convert(self, value: Any, param: click.Parameter | None, _ctx: Any) -> Any:
        if isinstance(value, Market):
            return value
        option = param.opts[0] if param else ""
        found = [_number(one, option) for one in value.split(",")]
        if len(found) != 3 or any(one < 0 or one.denominator != 1 for one in found):
            raise WrongUsage(
                Text("{option} takes three numbers of people", option=option),
                hint=Text("ours, the competitors', those who do not buy yet: 120,480,400"),
            )
        ours, theirs, not_yet = (int(one) for one in found)
        return Market(ours=ours, competitors=theirs, non_consumers=not_yet)
