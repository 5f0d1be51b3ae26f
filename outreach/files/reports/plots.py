"""Plots of a report as Vega-Lite specifications: one for the page, one for a picture.

The numbers drawn are those of the table; what a pointer shows is written as in the table.
Columns of different units never share an axis: each unit is a chart of its own.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Any, Literal

from outreach.evaluation.document import Figure, Number, Plot, Unit, column, number
from outreach.files.reports.cells import written, written_number
from outreach.language import Language

#: Read on white and on near-black alike (contrast over 3 to 1 on both, WCAG 1.4.11).
_COLOURS = ("#3f7fbf", "#cf7a22", "#35926a", "#8e6bbf", "#c4523b", "#7f858c")
#: How an axis writes its numbers (d3-format), whole ones where they count something.
_FORMATS = {
    Unit.RATE: ".2~%",
    # No amount has more digits than three; zeros at the end are not written.
    Unit.MONEY: "$,.3~f",
    Unit.COUNT: ",d",
}
#: Pixels for one bar, and for a chart that has no bars.
_BAR, _HEIGHT = 26, 220
#: Pixels for the names beside the bars.
_NAMES = 150

#: A chart, as Vega-Lite reads it.
Spec = dict[str, Any]
#: One point of a plot.
Point = dict[str, Any]


def specifications(plot: Plot, language: Language, currency: str) -> list[Spec]:
    """The charts of a plot, one for each unit; none where there is nothing to draw."""
    by_unit: dict[Unit, list[str]] = {}
    for key in plot.y:
        by_unit.setdefault(column(plot.table, key).unit, []).append(key)
    found = []
    for unit, keys in by_unit.items():
        points = [point for key in keys for point in _points(plot, key, language, currency)]
        if points:
            found.append(_chart(plot, unit, points, language))
    return found


def locales(language: Language, currency: str) -> tuple[dict[str, Any], dict[str, Any]]:
    """How numbers and dates are written on the axes, as d3 wants to be told."""
    import vl_convert
    from babel.numbers import get_currency_symbol

    name: Literal["fr-FR", "en-GB"] = "fr-FR" if language.code == "fr" else "en-GB"
    numbers = dict(vl_convert.get_format_locale(name))
    symbol = get_currency_symbol(currency, locale=language.locale)
    if language.code == "fr":
        numbers |= {"currency": ["", f"\N{NO-BREAK SPACE}{symbol}"], "percent": "\u00a0%"}
    else:
        numbers["currency"] = [symbol, ""]
    return numbers, dict(vl_convert.get_time_format_locale(name))


def picture(
    plot: Plot, language: Language, currency: str, *, width: int, height: int
) -> bytes | None:
    """The first chart of a plot as PNG on white, twice as fine as `width` × `height` pixels."""
    import vl_convert

    found = specifications(plot, language, currency)
    if not found:
        return None
    spec = {**found[0], "width": width, "height": height, "background": "white"}
    spec["autosize"] = {"type": "fit", "contains": "padding"}
    numbers, dates = locales(language, currency)
    png: bytes = vl_convert.vegalite_to_png(
        spec, scale=2, format_locale=numbers, time_format_locale=dates
    )
    return png


def _points(plot: Plot, key: str, language: Language, currency: str) -> list[Point]:
    of, named = column(plot.table, key), column(plot.table, plot.x)
    series = language.say(of.title)
    points = []
    months = named.unit is Unit.MONTH
    for place, row in enumerate(plot.table.rows):
        cell = row.get(key)
        value = number(cell)
        if value is None:
            continue
        unit = cell.unit if isinstance(cell, Figure) else of.unit
        point: Point = {
            "name": (None if months else _position(row.get(plot.x))) or written(
                row.get(plot.x), named.unit, language, currency
            ),
            "place": place,
            "value": float(value),
            "series": series,
            "said": written(row.get(plot.x), named.unit, language, currency),
            "written": written_number(value, unit, language, currency),
        }  # fmt: skip
        for end, bound in (("low", plot.low), ("high", plot.high)):
            limit = number(row.get(bound)) if bound else None
            point[end] = float(value if limit is None else limit)
        points.append(point)
    return points


def _position(cell: object) -> str | float | None:
    """Where a point stands on an axis of dates or numbers; None where it has a name."""
    if isinstance(cell, date):
        return cell.isoformat()
    if isinstance(cell, Figure):
        return _position(cell.value)
    return float(cell) if isinstance(cell, Number) and not isinstance(cell, str) else None


def _chart(plot: Plot, unit: Unit, points: Sequence[Point], language: Language) -> Spec:
    import altair as alt

    alt.data_transformers.disable_max_rows()
    data = alt.InlineData(values=list(points))
    draw = {"bars": _bars, "funnel": _bars, "lines": _lines, "curve": _lines}
    chart = draw.get(plot.kind, _intervals)(alt, alt.Chart(data), plot, unit, points)
    said = language.say(plot.title)
    return dict(_configured(chart.properties(width="container", description=said)).to_dict())


def _configured(chart: Any) -> Any:
    return (
        chart.configure(
            background="transparent",
            font="system-ui, 'Segoe UI', Roboto, 'Helvetica Neue', Arial, sans-serif",
            autosize={"type": "fit-x", "contains": "padding"},
        )
        .configure_view(stroke=None)
        .configure_axis(labelFontSize=12, titleFontSize=12, titleFontWeight="normal")
        .configure_range(category=list(_COLOURS))
        .configure_legend(orient="top", title=None, labelFontSize=12)
    )


def _value_axis(alt: Any, unit: Unit, points: Sequence[Point]) -> Any:
    options: dict[str, Any] = {"tickCount": 5}
    if unit is Unit.COUNT:
        options["tickMinStep"] = 1
    names = {point["series"] for point in points}
    title = names.pop() if len(names) == 1 else None
    return alt.Axis(format=_FORMATS.get(unit, ",.2~f"), title=title, **options)


def _said(alt: Any, points: Sequence[Point]) -> list[Any]:
    """What a pointer shows: the name and the figure as the table writes them."""
    return [alt.Tooltip("said:N", title=" "), *_series_said(alt, points),
            alt.Tooltip("written:N", title="=")]  # fmt: skip


def _series_said(alt: Any, points: Sequence[Point]) -> list[Any]:
    return [alt.Tooltip("series:N", title=" ")] if _several(points) else []


def _several(points: Sequence[Point]) -> bool:
    return len({point["series"] for point in points}) > 1


def _coloured(alt: Any, points: Sequence[Point]) -> Mapping[str, Any]:
    if not _several(points):
        return {"color": alt.value(_COLOURS[0])}
    order = list(dict.fromkeys(point["series"] for point in points))
    return {"color": alt.Color("series:N", sort=order)}


def _bars(alt: Any, chart: Any, plot: Plot, unit: Unit, points: Sequence[Point]) -> Any:
    order = list(dict.fromkeys(point["said"] for point in points))
    series = list(dict.fromkeys(point["series"] for point in points))
    names = alt.Y("said:N", sort=order, title=None,
                  axis=alt.Axis(labelLimit=_NAMES, ticks=False, domain=False))  # fmt: skip
    base = chart.encode(
        y=names,
        x=alt.X(
            "value:Q",
            axis=_value_axis(alt, unit, points),
            scale=_bar_scale(alt, plot, unit, points),
        ),
        tooltip=_said(alt, points),
        **({"yOffset": alt.YOffset("series:N", sort=series)} if len(series) > 1 else {}),
    )
    bars = base.mark_bar(cornerRadiusEnd=2).encode(**_coloured(alt, points))
    height = max(len(order) * _BAR * len(series), 3 * _BAR)
    if len(series) > 1:
        return bars.properties(height=height)
    labels = base.mark_text(align="left", dx=4, fontSize=12).encode(text="written:N")
    return (bars + labels).properties(height=height)


def _bar_scale(alt: Any, plot: Plot, unit: Unit, points: Sequence[Point]) -> Any:
    """From 0; a funnel's rates are shares of a whole, which stands at 100 %."""
    if plot.kind == "funnel" and unit is Unit.RATE:
        return alt.Scale(domain=[0, max(1.0, *(point["value"] for point in points))])
    return alt.Scale(zero=True)


def _lines(alt: Any, chart: Any, plot: Plot, unit: Unit, points: Sequence[Point]) -> Any:
    order = list(dict.fromkeys(point["name"] for point in points))
    of = column(plot.table, plot.x)
    if all(isinstance(name, float) for name in order):
        axis = alt.Axis(format=_FORMATS.get(of.unit, ",.2~f"), tickCount=6)
        place = alt.X("name:Q", title=None, axis=axis, scale=alt.Scale(zero=False, nice=False))
    elif of.unit is Unit.DATE:
        place = alt.X("name:T", title=None, axis=alt.Axis(tickCount=6, labelOverlap=True))
    else:
        place = alt.X("name:O", title=None, sort=order,
                      axis=alt.Axis(labelAngle=-30, labelLimit=100, labelOverlap=True))  # fmt: skip
    base = chart.encode(
        x=place,
        y=alt.Y("value:Q", axis=_value_axis(alt, unit, points), scale=alt.Scale(zero=True)),
        tooltip=_said(alt, points),
        **_coloured(alt, points),
    )
    drawn = base.mark_line(point=len(order) <= 60, strokeWidth=2)
    if plot.low and plot.high:
        band = base.mark_area(opacity=0.18).encode(y=alt.Y("low:Q"), y2=alt.Y2("high:Q"))
        drawn = band + drawn
    return drawn.properties(height=_HEIGHT)


def _intervals(alt: Any, chart: Any, plot: Plot, unit: Unit, points: Sequence[Point]) -> Any:
    order = list(dict.fromkeys(point["said"] for point in points))
    base = chart.encode(
        y=alt.Y("said:N", sort=order, title=None,
                axis=alt.Axis(labelLimit=_NAMES, ticks=False, domain=False)),
        tooltip=_said(alt, points),
        **_coloured(alt, points),
    )  # fmt: skip
    span = base.mark_rule(strokeWidth=3, opacity=0.55).encode(
        x=alt.X("low:Q", axis=_value_axis(alt, unit, points), scale=alt.Scale(zero=True)),
        x2="high:Q",
    )
    middle = base.mark_point(filled=True, size=90, opacity=1).encode(x=alt.X("value:Q"))
    zero = (
        alt.Chart(alt.InlineData(values=[{"at": 0}])).mark_rule(strokeDash=[4, 3]).encode(x="at:Q")
    )
    return (zero + span + middle).properties(height=max(len(order) * 34, 90))
