"""The preview in a real browser: keys, widths, letters as pages, and nothing from elsewhere."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from browsing import Elsewhere, Reader, reading, served
from playwright.sync_api import Browser
from workspaces import Workspace

from outreach.files.pdf_finding import Found


@pytest.fixture
def reader(browser: Browser, address: str) -> Iterator[Reader]:
    """A window on the first step of the first person."""
    with reading(browser, address) as reader:
        yield reader
        assert reader.complaints == []


def test_keys_step_through_people_and_steps(reader: Reader) -> None:
    """The places on the way: people to the right, steps downwards; at an end nothing moves."""
    way = [reader.path]
    for key in ("ArrowDown", "ArrowRight", "j", "ArrowLeft", "k", "ArrowDown", "ArrowUp"):
        reader.press(key)
        way.append(reader.path)
    reader.page.keyboard.press("ArrowLeft")
    reader.page.wait_for_timeout(100)

    assert way == ["0/letter", "0/mail", "1/mail", "2/mail", "1/mail", "0/mail", "0/call", "0/mail"]
    assert reader.path == "0/mail"


def test_keys_count_inside_the_mail_and_not_where_one_types(reader: Reader) -> None:
    reader.go("0/mail")
    reader.page.frame_locator(".phone iframe").locator("p").first.click()
    reader.press("j")
    assert reader.path == "1/mail"
    reader.page.locator("#who").fill("jk")
    reader.page.keyboard.press("j")
    assert (reader.path, reader.page.locator("#who").input_value()) == ("1/mail", "jkj")


def test_the_mail_is_seen_at_the_width_of_a_phone_and_of_a_desk(reader: Reader) -> None:
    """What the template hides on narrow screens is hidden in the narrow frame alone."""
    reader.go("0/mail")
    seen = {}
    for name in ("phone", "desktop"):
        frame = reader.page.frame_locator(f".{name} iframe")
        width = frame.locator("html").evaluate("() => window.innerWidth")
        seen[name] = (width, frame.locator(".wide").is_visible())
        assert frame.get_by_text("Dear Anne,").is_visible()
    assert seen == {"phone": (360, False), "desktop": (680, True)}


def test_nothing_is_asked_for_from_elsewhere_not_even_by_a_click(
    reader: Reader, elsewhere: Elsewhere
) -> None:
    reader.go("0/mail")
    for modifiers in ([], ["Control"]):
        link = reader.page.frame_locator(".desktop iframe").locator("#out")
        link.click(modifiers=modifiers)
        reader.page.wait_for_timeout(300)

    assert elsewhere.connections == 0
    assert link.get_attribute("title") == f"{elsewhere.address}/link"
    assert reader.path == "0/mail"
    told = reader.page.get_by_text("Pictures from elsewhere are not loaded here")
    assert f"{elsewhere.address}/pixel.png" in told.locator("xpath=..").inner_text()


def test_a_missing_value_is_told_by_name_and_marked_on_its_step(reader: Reader) -> None:
    reader.go("1/letter")
    assert "Would be held" in reader.page.locator(".step.held").inner_text()
    reader.go("1/mail")
    assert "the value of first_name is missing" in reader.page.get_by_role("alert").inner_text()
    reader.page.get_by_text("What is known of this person").click()
    row = reader.page.get_by_role("row", name="First name")
    assert "no value" in row.inner_text()


def test_who_has_no_address_is_passed_over(reader: Reader) -> None:
    reader.go("2/mail")
    assert "no address for this channel" in reader.page.locator("main").inner_text()


def test_the_letter_is_shown_page_by_page(reader: Reader, libreoffice: Found) -> None:
    reader.go("0/letter")
    pages = reader.page.frame_locator("iframe.letter").locator("img")
    pages.nth(1).wait_for()
    sizes = [pages.nth(at).evaluate("image => image.naturalWidth") for at in range(pages.count())]
    assert sizes == [1191, 1191]  # A4, 595.3 points wide, at two pixels a point
    assert pages.nth(0).get_attribute("alt") == "1 / 2"


def test_guide_text_headers_and_warnings_are_there(reader: Reader) -> None:
    reader.go("0/call")
    assert reader.page.get_by_role("heading", name="A call for Dupré").is_visible()
    assert reader.page.get_by_text("Good morning.").is_visible()
    reader.go("0/mail")
    assert "Dear Anne," in reader.page.locator("pre.text").inner_text()
    reader.page.get_by_text("Headers", exact=True).click()
    assert reader.page.get_by_role("row", name="Message-ID").is_visible()
    assert "no page to unsubscribe in one click" in reader.page.locator(".check").inner_text()


def test_somebody_else_can_be_asked_for(browser: Browser, workspace: Workspace) -> None:
    workspace.people([("z", "Zola", "z@mail.example", "Paris")])
    with served(workspace, "spring", "--who", "b") as at, reading(browser, at) as reader:
        reader.go("0/mail")
        reader.page.get_by_label("Somebody else").fill("Zola")
        with reader.page.expect_navigation():
            reader.page.get_by_role("button", name="Show").click()
        assert reader.path == "1/mail"
        assert "not in the audience" in reader.page.locator(".note.warn").first.inner_text()
        reader.go("find?who=Nobody")
        assert "nobody in the contact base" in reader.page.get_by_role("alert").inner_text()


def test_the_sample_says_why_each_person_is_in_it(browser: Browser, workspace: Workspace) -> None:
    with served(workspace, "spring") as at, reading(browser, at) as reader:
        told = reader.page.locator("aside .reasons").all_inner_texts()
        assert any("lacks first_name: mail would be held" in text for text in told)
        reader.go("calendar")
        assert reader.page.get_by_role("row", name="mail").count() == 1


def test_without_libreoffice_the_letter_is_shown_as_text(
    browser: Browser, workspace: Workspace, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("PATH", str(workspace.folder))
    with served(workspace, "spring", "--who", "a") as at, reading(browser, at) as reader:
        frame = reader.page.frame_locator("iframe.letter")
        assert "A letter for Dupré" in frame.locator("pre").inner_text()
        assert "LibreOffice" in frame.locator(".note").inner_text()


@pytest.mark.parametrize("dark", [False, True], ids=["light", "dark"])
def test_text_stands_out_from_its_ground_in_light_and_in_dark(
    browser: Browser, address: str, dark: bool
) -> None:
    """WCAG 2.2, 1.4.3: a contrast of 4.5 at least for everything that is read."""
    with reading(browser, address, dark=dark) as reader:
        reader.go("1/mail")
        low = reader.page.evaluate(CONTRASTS)
    assert low == []


#: Every element with text of its own whose colour is too near to that of its ground.
CONTRASTS = """() => {
  const numbers = colour => colour.match(/[\\d.]+/g).map(Number);
  const light = ([r, g, b]) => [r, g, b].map(v => v / 255)
    .map(v => v <= 0.04045 ? v / 12.92 : ((v + 0.055) / 1.055) ** 2.4)
    .reduce((sum, v, at) => sum + v * [0.2126, 0.7152, 0.0722][at], 0);
  const ground = element => {
    for (let at = element; at; at = at.parentElement) {
      const found = numbers(getComputedStyle(at).backgroundColor);
      if (found.length < 4 || found[3] > 0) return found;
    }
    return [255, 255, 255];
  };
  const texts = [...document.querySelectorAll("body *")].filter(element =>
    element.checkVisibility() && !element.closest("[aria-hidden]") &&
    [...element.childNodes].some(node => node.nodeType === 3 && node.data.trim()));
  return texts.map(element => {
    const both = [light(numbers(getComputedStyle(element).color)), light(ground(element))];
    const contrast = (Math.max(...both) + 0.05) / (Math.min(...both) + 0.05);
    return contrast < 4.5 ? `${element.textContent.trim().slice(0, 40)}: ${contrast}` : null;
  }).filter(found => found);
}"""
