"""All fields of a template, part by part, in their place."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from outreach.errors import DefinitionError
from outreach.rendering.letter.building import Builder
from outreach.rendering.letter.expression_names import ExpressionReader
from outreach.rendering.letter.expressions import Expression
from outreach.rendering.letter.fields import Element, Field, prefix_of
from outreach.rendering.letter.flows import merge_paragraphs
from outreach.rendering.letter.marks import Marks, enclose
from outreach.rendering.letter.package import Package
from outreach.rendering.letter.program import Grid
from outreach.rendering.letter.regions import Regions
from outreach.rendering.letter.slots import Placer
from outreach.rendering.letter.surroundings import (
    bookmark_sources,
    mapped_columns,
    properties_of,
    stored_names,
)
from outreach.rendering.letter.tag_placing import TagPlacer, linked_tags
from outreach.rendering.letter.unique import bookmark_names, follow_bookmarks


@dataclass(frozen=True, slots=True, kw_only=True)
class Placed:
    """What was found while the fields were put in their place."""

    problems: tuple[DefinitionError, ...]
    #: Conditions and formulas that stay fields of Word: they depend on the page.
    of_the_page: tuple[Field, ...]
    #: Parts that differ from person to person; those that show people's own pictures.
    personal: frozenset[str]
    pictured: frozenset[str]
    #: It goes on to the next person (NEXT).
    several: bool
    #: The keys of the lists that something is repeated for.
    lists: tuple[str, ...]
    #: What Jinja's tags say, in their order.
    expressions: tuple[Expression, ...]
    #: Those of them that are printed.
    printed: frozenset[Expression]


def place_fields(
    package: Package,
    roots: Mapping[str, Element],
    fields: Mapping[str, list[Field]],
    builder: Builder,
    marks: Marks,
) -> Placed:
    """Put marks in the place of the fields of all parts; `fields` are the outermost ones."""
    around = builder.around
    everything = [one for part in fields.values() for one in part]
    regions = Regions(around.names, marks, package.name)
    around.stored = stored_names(everything)
    around.properties = properties_of(package)
    around.mapped = mapped_columns(package)
    around.scope = regions.scope
    notes = {*package.related("footnotes"), *package.related("endnotes")}
    placers = {
        part: Placer(builder, marks, prefix_of(root), package.name, note=part in notes)
        for part, root in roots.items()
    }
    reader = ExpressionReader(around.names, around.currency, around.locale)
    tags = _place_tags(package, roots, fields, placers, reader, regions, marks)
    for part, placer in placers.items():
        merge_paragraphs(fields[part], placer.stays)
        regions.find(fields[part])
    around.bookmarks = bookmark_sources(roots.values(), everything, builder)
    bookmarks = bookmark_names(roots.values())
    for part, placer in placers.items():
        placer.put(fields[part])
        follow_bookmarks(fields[part], bookmarks, marks)
        for table in placer.grids:
            enclose(marks.opening("grid", Grid((), _namespaces(roots[part]))), table, table)
    return Placed(
        problems=tuple(p for placer in placers.values() for p in placer.problems)
        + tuple(regions.problems)
        + tuple(p for placer in tags.values() for p in placer.problems)
        + tuple(linked_tags(package)),
        of_the_page=tuple(one for placer in placers.values() for one in placer.of_the_page),
        personal=frozenset(
            part for part, placer in placers.items() if placer.personal or tags[part].personal
        ),
        pictured=frozenset(part for part, placer in placers.items() if placer.pictures),
        several=any(placer.several for placer in placers.values()),
        lists=regions.lists,
        expressions=tuple(reader.found),
        printed=frozenset(reader.printed),
    )


def _place_tags(
    package: Package,
    roots: Mapping[str, Element],
    fields: Mapping[str, list[Field]],
    placers: Mapping[str, Placer],
    reader: ExpressionReader,
    regions: Regions,
    marks: Marks,
) -> Mapping[str, TagPlacer]:
    """Put marks in the place of Jinja's tags, before the fields: these may stand in their loops."""
    found: dict[str, TagPlacer] = {}
    for part, root in roots.items():
        found[part] = TagPlacer(reader, regions, marks, prefix_of(root), package.name)
        inner = (one for outer in fields[part] for one in outer.everything_inside())
        thrown = frozenset(run for one in inner if not placers[part].stays(one) for run in one.runs)
        found[part].find(root, fields[part], thrown=thrown)
    reader.stored = frozenset(name for one in found.values() for name in one.stored())
    for one in found.values():
        one.put()
    return found


def _namespaces(root: Element) -> str:
    """The declarations of the prefixes of a part."""
    return " ".join(
        f'xmlns:{prefix}="{uri}"' if prefix else f'xmlns="{uri}"'
        for prefix, uri in root.nsmap.items()
    )
