"""A report as one HTML page, complete in itself: no picture, script or letter type is fetched.

The browser is told so too (Content-Security-Policy `default-src 'none'`). Every plot stands
beside the table it shows, so that the page says the same without scripts, on paper and to a
screen reader.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from outreach.errors import Text
from outreach.evaluation.document import Column, Document, Section, Table, totals
from outreach.files.reports.cells import is_number, paragraphs, written
from outreach.files.reports.plots import locales, specifications
from outreach.language import Language

#: What the page's own script calls.
_EXPORTS = "window.vegaEmbed = vegaEmbed;"

_TEMPLATE = Path(__file__).with_name("page.html.j2")


def page(document: Document, language: Language, currency: str) -> str:
    """The page. Charts are drawn by Vega, whose scripts are put in once, if there is a plot."""
    from jinja2 import Environment, StrictUndefined

    environment = Environment(
        autoescape=True, undefined=StrictUndefined, trim_blocks=True, lstrip_blocks=True
    )
    template = environment.from_string(_TEMPLATE.read_text(encoding="utf-8"))
    sections = [_section(one, language, currency) for one in document.sections]
    specs = [spec for one in sections for figure in one["figures"] for spec in figure["specs"]]
    return template.render(
        lang=language.locale.replace("_", "-"),
        title=language.say(document.title),
        subtitle=language.say(document.subtitle) if document.subtitle else "",
        headline=paragraphs(document.headline, language),
        contents=language.say(Text("Contents")),
        sections=sections,
        scripts=_scripts() if specs else "",
        data=_data(specs, language, currency) if specs else "",
    )


def _section(section: Section, language: Language, currency: str) -> dict[str, Any]:
    return {
        "id": section.key.replace(" ", "-"),
        "title": language.say(section.title),
        "lead": paragraphs(section.lead, language),
        "tables": [_table(one, section, language, currency) for one in section.tables if one.rows],
        "figures": [
            {"title": language.say(plot.title), "specs": specs}
            for plot in section.plots
            if (specs := specifications(plot, language, currency))
        ],
        "notes": paragraphs(section.notes, language),
    }


def _table(table: Table, section: Section, language: Language, currency: str) -> dict[str, Any]:
    """A table's cells as they are read; its title is hidden where the section's says it."""

    def cells(row: Any) -> list[tuple[str, bool]]:
        return [
            (written(row.get(one.key), one.unit, language, currency), is_number(one.unit))
            for one in table.columns
        ]

    sums = totals(table)
    last = None
    if sums is not None:
        last = [_last(one, place, sums, language, currency) for place, one in
                enumerate(table.columns)]  # fmt: skip
    return {
        "title": language.say(table.title),
        "own_title": table.title != section.title,
        "headers": [(language.say(one.title), is_number(one.unit)) for one in table.columns],
        "rows": [cells(row) for row in table.rows],
        "last": last,
        "basis": language.say(table.basis) if table.basis else "",
    }


def _last(
    one: Column, place: int, sums: Any, language: Language, currency: str
) -> tuple[str, bool]:
    if place == 0:
        return (language.say(Text("total")), is_number(one.unit))
    said = written(sums[one.key], one.unit, language, currency) if one.key in sums else ""
    return (said, is_number(one.unit))


def _scripts() -> str:
    """Vega, Vega-Lite and Vega-Embed, as they come with vl-convert."""
    import vl_convert

    bundle: str = vl_convert.javascript_bundle(_EXPORTS)
    return bundle.replace("</script", "<\\/script").replace("<!--", "<\\!--")


def _data(specs: list[dict[str, Any]], language: Language, currency: str) -> str:
    """What the page's script draws; no letter of it can end the script it stands in."""
    numbers, dates = locales(language, currency)
    told = {
        "specs": specs,
        "numbers": numbers,
        "dates": dates,
        "save": {
            "PNG_ACTION": language.say(Text("Save as PNG")),
            "SVG_ACTION": language.say(Text("Save as SVG")),
            "CLICK_TO_VIEW_ACTIONS": language.say(Text("Save the picture")),
        },
    }
    return json.dumps(told, ensure_ascii=False).replace("<", "\\u003c")
