"""Sheets of labels and envelopes: their sizes, and where on the paper each address stands.

All lengths are millimetres. A page is a grid of columns and rows, the gaps between labels
being columns and rows of their own; `places` are the cells that are printed. An envelope
is a page with two places: ours, and the recipient's.

Sources: the makers' data sheets (Avery L7163, 3474, 3425 …; labels are centred on the
sheet); ISO 269 for envelopes; the windows of French envelopes are 45 × 100 mm, 20 mm from
the right edge and 20 mm (DL) or 60 mm (C5) from the lower one, which also keeps the zones
that sorting machines need free (20 mm below, 40 mm above the address).
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from itertools import accumulate

from outreach.errors import Text, WrongUsage, did_you_mean

#: ISO 216 A4, upright.
A4 = (Decimal(210), Decimal(297))
#: Labels smaller than this hold no address.
SMALLEST = (Decimal(30), Decimal(12))


class BadFormat(WrongUsage):
    """A size of labels or envelopes that is not one, or that no sheet can have."""


@dataclass(frozen=True, slots=True)
class Place:
    """A cell of the grid that takes an address. `top`: it hangs from above, else it is centred."""

    row: int
    column: int
    #: How many columns it takes.
    span: int = 1
    top: bool = False


@dataclass(frozen=True, slots=True, kw_only=True)
class Layout:
    """One page."""

    name: str
    width: Decimal
    height: Decimal
    left: Decimal
    top: Decimal
    #: Widths and heights of the grid's columns and rows, gaps included.
    columns: tuple[Decimal, ...]
    rows: tuple[Decimal, ...]
    #: In the order in which they are filled.
    places: tuple[Place, ...]
    #: White space inside a place, to the sides and above and below.
    pad_across: Decimal
    pad_down: Decimal

    def room(self, place: Place) -> tuple[Decimal, Decimal]:
        """Width and height that the text of a place may take."""
        across = sum(self.columns[place.column : place.column + place.span], Decimal(0))
        return across - 2 * self.pad_across, self.rows[place.row] - 2 * self.pad_down


@dataclass(frozen=True, slots=True)
class _Sheet:
    width: str
    height: str
    rows: int
    columns: int
    #: Between two labels side by side.
    gap: str = "0"
    #: What the maker's boxes say.
    codes: tuple[str, ...] = ()


_SHEETS = (
    _Sheet("99.1", "38.1", 7, 2, "2.5", ("L7163", "J8163", "L7563")),
    _Sheet("70", "37", 8, 3, "0", ("3474", "L3474")),
    _Sheet("105", "57", 5, 2, "0", ("3425", "L3425")),
    _Sheet("63.5", "38.1", 7, 3, "2.5", ("L7160", "J8160", "L7560")),
    _Sheet("63.5", "33.9", 8, 3, "2.5", ("L7159", "J8159")),
    _Sheet("99.1", "67.7", 4, 2, "2.5", ("L7165", "J8165")),
    _Sheet("105", "37", 8, 2, "0", ("3484", "L3484")),
    _Sheet("105", "42.3", 7, 2, "0", ("3653", "L3653")),
)
#: Names of the sheets that are known, as they are typed.
SHEETS = tuple(f"{sheet.width}x{sheet.height}" for sheet in _SHEETS)

#: Name → (width, height, what lies between the recipient's block and the lower edge).
_ENVELOPES = {
    "DL": ("220", "110", "20"),
    "C6/5": ("229", "114", "20"),
    "C6": ("162", "114", "20"),
    "C5": ("229", "162", "60"),
    "C4": ("324", "229", "60"),
}
ENVELOPES = tuple(_ENVELOPES)

_WINDOW = (Decimal(100), Decimal(45))
_RIGHT = Decimal(20)
#: The sender's corner: so far from the edges.
_CORNER = Decimal(8)

#: A sheet with a few large words: what parts the letters of a print file.
DIVIDER = Layout(
    name="A4",
    width=A4[0],
    height=A4[1],
    left=Decimal(20),
    top=Decimal(60),
    columns=(Decimal(170),),
    rows=(Decimal(80),),
    places=(Place(0, 0),),
    pad_across=Decimal(0),
    pad_down=Decimal(0),
)

_NUMBER = r"\d{1,3}(?:\.\d{1,3})?"
_SIZE = re.compile(rf"({_NUMBER})x({_NUMBER})")
_CUSTOM = re.compile(
    rf"({_NUMBER})x({_NUMBER}),(\d{{1,2}})x(\d{{1,2}})(?:,({_NUMBER})x({_NUMBER}))?"
    rf"(?:,({_NUMBER})x({_NUMBER}))?"
)


def read_labels(text: str) -> Layout:
    """A sheet of labels by its size, its maker's number, or described in full (see `BadFormat`).

    `99.1x38.1` · `L7163` · `80x50,5x2` (width x height, rows x columns; centred) ·
    `80x50,5x2,20x10` (left and top margin) · `80x50,5x2,20x10,5x2` (gaps between labels,
    across and down). Millimetres, with a point. Raises `BadFormat`.
    """
    written = re.sub(r"mm|\s", "", text.lower().replace("×", "x"))
    for sheet in _SHEETS:
        size = f"{sheet.width}x{sheet.height}"
        if size in (written, written.replace(",", ".")) or written.upper() in sheet.codes:
            return _sheet(size, *_known(sheet))
    found = _CUSTOM.fullmatch(written)
    if found is None:
        raise _unknown(text, written)
    width, height, *_ = map(Decimal, found.groups()[:2])
    rows, columns = int(found[3]), int(found[4])
    margins = (Decimal(found[5]), Decimal(found[6])) if found[5] else None
    gaps = (Decimal(found[7] or 0), Decimal(found[8] or 0))
    return _sheet(text.strip(), width, height, rows, columns, gaps, margins)


def read_envelope(text: str) -> Layout:
    """An envelope by its name: `DL`, `C5` …; its long side lies below. Raises `BadFormat`."""
    name = text.strip().upper()
    if name not in _ENVELOPES:
        raise BadFormat(
            Text("{text!r} is no size of envelopes", text=text),
            hint=Text("known are: {names}", names=", ".join(ENVELOPES)),
        )
    width, height, below = map(Decimal, _ENVELOPES[name])
    block = min(_WINDOW[0], width - _RIGHT - 2 * _CORNER)
    above = height - below - _WINDOW[1] - _CORNER
    return Layout(
        name=name,
        width=width,
        height=height,
        left=_CORNER,
        top=_CORNER,
        columns=(width - _RIGHT - block - _CORNER, block),
        rows=(above, _WINDOW[1]),
        places=(Place(0, 0, span=2, top=True), Place(1, 1)),
        pad_across=Decimal(3),
        pad_down=Decimal(2),
    )


def _known(
    sheet: _Sheet,
) -> tuple[Decimal, Decimal, int, int, tuple[Decimal, Decimal]]:
    gaps = (Decimal(sheet.gap), Decimal(0))
    return Decimal(sheet.width), Decimal(sheet.height), sheet.rows, sheet.columns, gaps


def _sheet(
    name: str,
    width: Decimal,
    height: Decimal,
    rows: int,
    columns: int,
    gaps: tuple[Decimal, Decimal],
    margins: tuple[Decimal, Decimal] | None = None,
) -> Layout:
    _require(name, width, height, rows, columns)
    across, down = _bands(width, columns, gaps[0]), _bands(height, rows, gaps[1])
    left, top = margins or ((A4[0] - sum(across)) / 2, (A4[1] - sum(down)) / 2)
    for margin, taken, paper in ((left, sum(across), A4[0]), (top, sum(down), A4[1])):
        if margin < 0 or margin + taken > paper:
            raise _too_large(name, max(margin, Decimal(0)) + taken, paper)
    step_across, step_down = (2 if gaps[0] else 1), (2 if gaps[1] else 1)
    places = tuple(
        Place(row * step_down, column * step_across)
        for row in range(rows)
        for column in range(columns)
    )
    return Layout(
        name=name,
        width=A4[0],
        height=A4[1],
        left=left,
        top=top,
        columns=across,
        rows=down,
        places=places,
        # Printers leave some 4 mm at the edges of the paper white.
        pad_across=min(Decimal(4), width / 12),
        pad_down=min(Decimal(3), height / 12),
    )


def _bands(size: Decimal, count: int, gap: Decimal) -> tuple[Decimal, ...]:
    """Labels with the gaps between them."""
    between = (gap,) if gap else ()
    return (size, *((*between, size) * (count - 1)))


def _require(name: str, width: Decimal, height: Decimal, rows: int, columns: int) -> None:
    if not rows or not columns:
        raise BadFormat(Text("{name}: a sheet has at least one label", name=name))
    if width < SMALLEST[0] or height < SMALLEST[1]:
        raise BadFormat(
            Text("{name}: no address fits on so small a label", name=name),
            hint=Text(
                "at least {width} mm wide and {height} mm high",
                width=SMALLEST[0],
                height=SMALLEST[1],
            ),
        )


def _too_large(name: str, taken: Decimal, paper: Decimal) -> BadFormat:
    return BadFormat(
        Text(
            "{name}: the labels do not fit on A4: they take {taken} mm of {paper} mm",
            name=name,
            taken=taken,
            paper=paper,
        ),
        hint=Text("rows come before columns: WIDTHxHEIGHT,ROWSxCOLUMNS[,LEFTxTOP[,GAPSxGAPS]]"),
    )


def _unknown(text: str, written: str) -> BadFormat:
    if _SIZE.fullmatch(written):
        hint = Text(
            "say how many there are on a sheet: {text},ROWSxCOLUMNS; known are: {names}",
            text=written,
            names=", ".join(SHEETS),
        )
    else:
        codes = [code for sheet in _SHEETS for code in sheet.codes]
        hint = did_you_mean(written.upper(), codes) or Text(
            "known are {names}; others are written WIDTHxHEIGHT,ROWSxCOLUMNS, such as 80x50,5x2",
            names=", ".join(SHEETS),
        )
    return BadFormat(Text("{text!r} is no size of labels", text=text), hint=hint)


def edges(bands: Sequence[Decimal], first: Decimal = Decimal(0)) -> tuple[Decimal, ...]:
    """Where each band begins, and where the last one ends."""
    return tuple(accumulate(bands, initial=first))
