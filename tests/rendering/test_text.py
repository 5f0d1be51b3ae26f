"""The text part made from HTML."""

from __future__ import annotations

import re
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from outreach.rendering.text import plain_text


def test_links_keep_their_address() -> None:
    html = (
        '<p>Voir <a href="https://a.example/x?a=1&amp;copy=2">le <b>programme</b></a>, merci.</p>'
    )
    assert plain_text(html) == "Voir le programme <https://a.example/x?a=1&copy=2>, merci.\n"


def test_what_looks_like_an_entity_in_the_text_stays_as_it_is() -> None:
    assert plain_text("<p>&amp;lt;b&amp;gt; &eacute; A&amp;B</p>") == "&lt;b&gt; é A&B\n"


def test_a_link_that_shows_its_address_is_not_doubled() -> None:
    page, mail = "https://a.example/", "a@b.example"
    html = f'<a href="{page}">{page}</a> <a href="mailto:{mail}">{mail}</a>'
    assert plain_text(html) == "https://a.example/ a@b.example\n"


def test_anchors_and_scripts_are_no_links() -> None:
    assert plain_text('<a href="#top">haut</a> <a href="javascript:x()">clic</a>') == "haut clic\n"


def test_what_is_hidden_stays_out() -> None:
    html = "<style>p{}</style><div style='display:none'>aperçu</div><p>Bonjour</p><!-- non -->"
    assert plain_text(html) == "Bonjour\n"


def test_a_paragraph_is_one_line_which_the_readers_window_wraps() -> None:
    url = "https://atelier.example/" + "x" * 90
    text = plain_text(f"<p>{'mot ' * 60}</p><ul><li>un\n point</li></ul><a href='{url}'>ici</a>")
    assert text.splitlines() == [" ".join(["mot"] * 60), "", "  * un point", f"ici <{url}>"]


def test_a_layout_table_reads_row_by_row_and_a_table_of_figures_stays_a_table() -> None:
    rows = "<tr><td>10 h</td><td>Visite</td></tr><tr><td>14 h</td><td>Café</td></tr>"
    assert plain_text(f"<table role='presentation'>{rows}</table>") == "10 h Visite\n\n14 h Café\n"
    assert plain_text(f"<table>{rows}</table>") == "10 h  Visite\n14 h  Café\n"


def test_paragraphs_stand_one_line_apart() -> None:
    assert plain_text("<h1>A</h1><p>b</p><br><br><br><br><p>c</p>") == "A\n\nb\n\nc\n"


@given(st.text(st.characters(exclude_categories=["Cs"]), max_size=80))
def test_no_text_breaks_the_conversion_nor_loses_a_letter(value: str) -> None:
    escaped = value.replace("&", "&amp;").replace("<", "&lt;")
    text = plain_text(f"<p>{escaped}</p>")
    letters = re.findall(r"[a-zA-Z0-9À-ÿ]", value)
    assert [c for c in text if re.match(r"[a-zA-Z0-9À-ÿ]", c)] == letters


def test_a_real_e_mail_template_reads_well(real_data: Path) -> None:
    html = (real_data / "email-templates/leemunroe/email-inlined.html").read_text(encoding="utf-8")
    text = plain_text(html)
    assert "This is preheader text" not in text
    assert re.search(r"Call To Action <https?://[^>]+>", text)
    assert "\n\n\n" not in text
