"""The notice of the first contact, in both languages, word for word."""

from __future__ import annotations

from dataclasses import replace

from outreach.compliance.notices import Controller, notice

ATELIER = Controller(
    name="Atelier Brocéliande",
    address="3 rue du Four, 35000 Rennes",
    contact="contact@atelier.example",
    privacy_url="https://atelier.example/donnees",
)


def test_it_names_who_where_from_why_how_long_and_the_rights() -> None:
    """GDPR art. 14(1) and (2)."""
    assert notice("fr", "Salon 2026", ATELIER) == (
        "Vos coordonnées proviennent de : Salon 2026. Atelier Brocéliande, 3 rue du Four, 35000"
        " Rennes les utilise pour vous présenter ses offres, au titre de son intérêt légitime ou de"
        " votre accord, et les conserve 3 ans au plus après votre dernier signe. Vous pouvez à tout"
        " moment vous opposer à ces messages, obtenir vos données, les faire corriger ou effacer,"
        " en écrivant à contact@atelier.example ; en savoir plus : https://atelier.example/donnees."
        " Vous pouvez aussi saisir la CNIL (cnil.fr)."
    )


def test_what_is_not_known_of_us_leaves_no_gap() -> None:
    bare = replace(ATELIER, address="", contact="", privacy_url=None, years=1)

    assert notice("en", "the fair", bare) == (
        "We have your details from: the fair. Atelier Brocéliande uses them to tell you about its"
        " offers, on the ground of its legitimate interest or of your consent, and keeps them for"
        " 1 year at most after you were last in touch. You may object to these messages at any"
        " time, obtain your data, have it corrected or erased. You may also complain to the data"
        " protection authority (in France: cnil.fr)."
    )
