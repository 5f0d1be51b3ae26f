"""Issue 4, line 3.10: the page in French, on a narrow screen, in two windows, searched twice."""

from __future__ import annotations

import signal
import urllib.request
from collections.abc import Iterator
from urllib.error import HTTPError
from urllib.parse import urlsplit

import pytest
from browsing import Reader, reading, served
from playwright.sync_api import Browser
from workspaces import Workspace

EIGHT = [f"p{number}" for number in range(8)]

STEPS = """\
  - {step: letter, channel: letter, template: letter.docx}
  - step: mail
    channel: email
    after: letter + 5 days
    subject: "For {{ last_name }}"
    template: mail.html.j2
  - {step: call, channel: call, after: mail + 2 working days, guide: call.yaml}
"""


@pytest.fixture(scope="module")
def french(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """Eight people of long names, seen by somebody who reads French."""
    folder = tmp_path_factory.mktemp("french")
    with pytest.MonkeyPatch.context() as patch:
        patch.chdir(folder)
        workspace = Workspace(folder)
        workspace.people(
            [(one, f"Anne-Sophie-{one}", "de Kergariou de Montbazon", f"{one}@mail.example",
              "Rennes") for one in EIGHT],
            "Ref;First name;Last name;E-mail;City",
        )  # fmt: skip
        workspace.write("templates/call.yaml", "title: A call\nintroduction: ['Hello.']\n")
        workspace.campaign("spring", steps=STEPS)
        settings = workspace.folder / "outreach.yaml"
        settings.write_text(settings.read_text().replace("en_GB", "fr_FR"))
        words = [word for one in EIGHT for word in ("--who", one)]
        with served(workspace, "spring", *words) as address:
            yield address


@pytest.fixture
def reader(browser: Browser, french: str) -> Iterator[Reader]:
    with reading(browser, french) as reader:
        yield reader


def test_it_speaks_french_and_tells_the_keys_on_the_first_screen(reader: Reader) -> None:
    page = reader.page
    assert page.locator("html").get_attribute("lang") == "fr"
    assert page.get_by_role("link", name="Calendrier").is_visible()
    hint = page.get_by_text("changent de personne")
    box = hint.bounding_box()
    assert box is not None
    assert box["y"] + box["height"] < 200


def test_who_is_looked_for_in_vain_is_looked_for_again_from_there(reader: Reader) -> None:
    reader.go("find?who=Persone&step=mail")
    field = reader.page.get_by_label("Quelqu'un d'autre")
    assert field.input_value() == "Persone"
    field.fill("p3")
    with reader.page.expect_navigation():
        field.press("Enter")
    assert reader.path == "3/mail"


def test_two_windows_look_at_two_people_and_can_be_loaded_again(reader: Reader) -> None:
    other = reader.page.context.new_page()
    other.goto(reader.address + "5/mail")
    reader.go("1/mail")
    for page, name in ((other, "p5"), (reader.page, "p1"), (other, "p5")):
        page.reload()
        assert page.get_by_role("heading", level=1).inner_text().startswith(f"Anne-Sophie-{name} ")


@pytest.mark.parametrize("step", ["letter", "mail", "call"])
def test_a_narrow_screen_shows_the_person_first_and_nothing_sticks_out(
    browser: Browser, french: str, step: str
) -> None:
    with reading(browser, french, width=375) as reader:
        reader.go(f"6/{step}")
        wide = reader.page.evaluate("document.documentElement.scrollWidth")
        heading = reader.page.get_by_role("heading", level=1).bounding_box()
        current = reader.page.locator(".people [aria-current]").bounding_box()
    assert wide == 375
    assert heading is not None
    assert heading["y"] < 500
    assert current is not None
    assert (current["x"] >= 0, current["x"] + current["width"] <= 375) == (True, True)


def test_without_its_token_the_address_is_refused_and_after_ctrl_c_nobody_answers(
    workspace: Workspace,
) -> None:
    process = workspace.start("preview", "spring", "--who", "a", "--web")
    try:
        assert process.stdout is not None
        address = process.stdout.readline().split()[-1]
        parts = urlsplit(address)
        with pytest.raises(HTTPError, match="403"):
            urllib.request.urlopen(f"http://{parts.netloc}/0/mail", timeout=10)
        with urllib.request.urlopen(f"{address}0/mail", timeout=30) as answer:
            assert answer.status == 200
        process.send_signal(signal.SIGINT)
        out, err = process.communicate(timeout=20)
    finally:
        process.kill()
        process.wait()
    assert (process.returncode, out) == (130, "")
    assert "Traceback" not in err
    with pytest.raises(OSError, match="refused"):
        urllib.request.urlopen(address, timeout=5)
