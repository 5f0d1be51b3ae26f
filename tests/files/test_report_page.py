"""The HTML page of a report: complete in itself, readable without scripts, nothing of it ours."""

from __future__ import annotations

import json
import re

from lxml import html
from sample_report import CHAIN, NAMES, REPORT

from outreach.errors import Text
from outreach.evaluation.document import Document, Section
from outreach.files.reports.page import page
from outreach.language import Language

ENGLISH, FRENCH = Language("en_GB"), Language("fr_FR")


def without_scripts(text: str) -> str:
    return re.sub(r"<script>.*?</script>", "", text, flags=re.DOTALL)


def test_nothing_is_fetched_from_anywhere() -> None:
    """The browser is told to refuse it as well."""
    text = page(REPORT, ENGLISH, "EUR")
    assert "default-src 'none'" in text
    assert not re.search(r"(src|href|url)\s*[=(]\s*[\"']?https?:", without_scripts(text))
    assert not re.search(r"<(link|img|iframe|object|embed)\b", without_scripts(text))


def test_the_plots_scripts_are_there_once_and_not_where_nothing_is_plotted() -> None:
    assert page(REPORT, ENGLISH, "EUR").count("window.vegaEmbed=") == 1
    bare = Document(REPORT.title, None, (), (Section("a", Text("A"), tables=(CHAIN,)),))
    text = page(bare, ENGLISH, "EUR")
    assert "<script" not in text
    assert len(text) < 20_000


def test_what_people_wrote_ends_no_script_and_makes_no_tag() -> None:
    tree = html.document_fromstring(page(REPORT, ENGLISH, "EUR"))
    assert tree.xpath("//b") == []
    assert len(tree.xpath("//script")) == 2
    assert NAMES[2] in [cell.text for cell in tree.xpath("//tbody//th")]
    told = re.search(r"const told = (\{.*?\});\n", tree.xpath("//script")[1].text)
    assert told is not None
    assert NAMES[2] in [
        point["said"]
        for spec in json.loads(told[1])["specs"]
        for points in spec["datasets"].values()
        for point in points
        if "said" in point
    ]


def test_every_plot_stands_beside_a_table_that_says_the_same() -> None:
    tree = html.document_fromstring(page(REPORT, ENGLISH, "EUR"))
    for section in tree.xpath("//section[.//figure]"):
        assert section.xpath(".//table"), section.get("id")
    # Effort in touches and in euros: two scales, two charts, one figure.
    assert len(tree.xpath("//section[@id='months']//div[@class='chart']")) == 2
    assert len(tree.xpath("//section[@id='months']//figcaption")) == 1


def test_a_table_without_rows_is_not_shown() -> None:
    assert "Nothing at all" not in page(REPORT, ENGLISH, "EUR")


def test_headings_titles_of_columns_and_names_of_rows_are_marked_as_such() -> None:
    tree = html.document_fromstring(page(REPORT, ENGLISH, "EUR"))
    assert [one.text for one in tree.xpath("//h1")] == ["Open day"]
    assert [one.text for one in tree.xpath("//h2")] == [str(s.title) for s in REPORT.sections]
    assert {one.get("scope") for one in tree.xpath("//thead//th")} == {"col"}
    assert {one.get("scope") for one in tree.xpath("//tbody//th")} == {"row"}
    for table in tree.xpath("//table"):
        assert table.get("aria-label")


def test_french_numbers_under_a_french_heading() -> None:
    text = page(REPORT, FRENCH, "EUR")
    tree = html.document_fromstring(text)
    assert tree.get("lang") == "fr-FR"
    cells = [cell.text for cell in tree.xpath("//td | //tfoot//td")]
    assert "86\u202f419,69\u00a0€" in cells
    assert "0,58\u00a0%" in cells
    # The axes too (d3-format).
    assert '"decimal": ","' in text
    assert '"\u00a0€"' in text


def test_light_and_dark_wide_narrow_and_paper_have_rules() -> None:
    text = page(REPORT, ENGLISH, "EUR")
    for rule in ("prefers-color-scheme: dark", "max-width: 40rem", "@media print", "@page"):
        assert rule in text
