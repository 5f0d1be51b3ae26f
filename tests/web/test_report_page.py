"""The HTML report in a real browser: drawn, by itself, at every width, in light and in dark."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest
from browsing import Reader
from playwright.sync_api import Browser
from sample_report import REPORT

from outreach.files.reports.writing import write_documents
from outreach.language import Language

#: One chart to each plot, two where two units are drawn.
CHARTS = 5


@pytest.fixture(scope="module")
def address(tmp_path_factory: pytest.TempPathFactory) -> str:
    path = Path(tmp_path_factory.mktemp("report")) / "report.html"
    write_documents(REPORT, [path], Language("fr_FR"))
    return path.as_uri()


@pytest.fixture(params=["light", "dark"])
def reader(browser: Browser, address: str, request: pytest.FixtureRequest) -> Iterator[Reader]:
    """Without a network, at a computer that likes its pages light or dark."""
    context = browser.new_context(color_scheme=request.param, offline=True)
    reader = Reader(context.new_page(), address)
    reader.page.on("console", lambda message: reader.hear(message.text))
    reader.page.on("pageerror", lambda error: reader.hear(str(error)))
    reader.page.goto(address)
    reader.page.locator(".chart svg.marks").nth(CHARTS - 1).wait_for()
    yield reader
    context.close()


def test_every_plot_is_drawn_and_nothing_is_asked_of_anybody(reader: Reader) -> None:
    asked: list[str] = []
    reader.page.on("request", lambda request: asked.append(request.url))
    reader.page.reload()
    reader.page.locator(".chart svg.marks").nth(CHARTS - 1).wait_for()
    assert reader.page.locator(".chart svg.marks").count() == CHARTS
    assert [url for url in asked if not url.startswith("file:")] == []
    assert reader.complaints == []


@pytest.mark.parametrize("width", [1280, 390])
def test_no_width_makes_the_page_wider_than_its_window(reader: Reader, width: int) -> None:
    """A wide table moves within its own frame."""
    reader.page.set_viewport_size({"width": width, "height": 800})
    reader.page.wait_for_timeout(300)
    assert reader.page.evaluate("document.documentElement.scrollWidth") <= width
    for place in range(CHARTS):
        box = reader.page.locator(".chart svg.marks").nth(place).bounding_box()
        assert box is not None
        assert 200 < box["width"] <= width


def test_words_and_lines_stand_out_from_the_ground(reader: Reader) -> None:
    """The text of tables and of plots: at least 7 to 1 (WCAG 1.4.6)."""
    for where in ("body", ".chart svg.marks text", "td"):
        ratio = reader.page.locator(where).first.evaluate(
            """one => {
              const light = colour => {
                const [r, g, b] = colour.match(/[0-9.]+/g).slice(0, 3).map(each => {
                  const part = each / 255;
                  return part <= 0.03928 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
                });
                return 0.2126 * r + 0.7152 * g + 0.0722 * b;
              };
              const style = getComputedStyle(one);
              const ink = light(one instanceof SVGElement ? style.fill : style.color);
              const ground = light(getComputedStyle(document.body).backgroundColor);
              const [more, less] = [Math.max(ink, ground), Math.min(ink, ground)];
              return (more + 0.05) / (less + 0.05);
            }"""
        )
        assert ratio >= 7, where


def test_on_paper_it_is_dark_on_white_whatever_the_screen(reader: Reader) -> None:
    reader.page.emulate_media(media="print")
    ground = reader.page.evaluate("getComputedStyle(document.body).backgroundColor")
    assert ground == "rgb(255, 255, 255)"
    assert not reader.page.locator("nav").is_visible()
    reader.page.emulate_media(media="screen")


def test_a_pointer_on_a_bar_is_told_the_figure_as_the_table_writes_it(reader: Reader) -> None:
    reader.page.locator("#chart-1 .mark-rect path").first.hover()
    told = reader.page.locator("#vg-tooltip-element")
    told.wait_for()
    assert "Établissements" in told.inner_text()
    assert "7" in told.inner_text()
