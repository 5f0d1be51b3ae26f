"""What the columns and words of a past campaign's file mean, in French and English."""

from __future__ import annotations

import pytest

from outreach.cleaning.past_columns import (
    Role,
    channel_of,
    is_control,
    is_no_stage,
    stage_of,
    understand_past,
)
from outreach.model.campaign import Channel
from outreach.model.stage import DEFAULT_CHAIN, FACTS

STAGES = (*DEFAULT_CHAIN, *FACTS)


@pytest.mark.parametrize(
    ("header", "meaning"),
    [
        ("Envoyé le", "sent_on"),
        ("Sent on", "sent_on"),
        ("Date d'envoi", "sent_on"),
        ("Variante", "group"),
        ("Témoin", "control"),
        ("Canal", "channel"),
        ("Statut", "stage"),
        ("Résultat", "stage"),
        ("Montant HT", "amount"),
        ("Marge", "margin"),
        ("Nb appels", "attempts"),
        ("Courriel", "email"),
        ("N° client", "external_id"),
        ("Date de commande", "order"),
        ("Devis le", "quote"),
        ("quote_on", "quote"),
        ("RDV", "appointment"),
        ("NPAI", "returned"),
        ("Couleur", None),
        ("Retour", None),
        ("Fait", None),
        ("Retour courrier", "returned"),
    ],
)
def test_a_header_means(header: str, meaning: str | None) -> None:
    assert understand_past([header], chain=DEFAULT_CHAIN).mapping == (meaning,)


def test_of_two_columns_for_one_thing_the_better_name_has_it() -> None:
    found = understand_past(["Jour", "Date"], chain=DEFAULT_CHAIN)
    assert found.roles == {Role.DATE: 1}
    assert found.mapping == (None, "date")


def test_a_campaigns_own_stage_is_a_column_too() -> None:
    found = understand_past(["Essai le"], chain=("contacted", "essai", "order"))
    assert found.stages == {"essai": 0}


@pytest.mark.parametrize(
    ("word", "stage"),
    [
        ("RDV pris", "appointment"),
        ("Rendez-vous", "appointment"),
        ("Désinscrit", "opted_out"),
        ("Pas intéressé", "refused"),
        ("PND", "returned"),
        ("Sold", "order"),
        ("ORDER", "order"),
        ("chocolat", None),
    ],
)
def test_a_cell_names_a_stage(word: str, stage: str | None) -> None:
    assert stage_of(word, STAGES) == stage


def test_channels_and_the_control_group_are_named_in_both_languages() -> None:
    assert channel_of("Courrier") is Channel.LETTER
    assert channel_of("cellular") is Channel.CALL
    assert channel_of("pigeon") is None
    assert is_control("Groupe témoin")
    assert is_control("No E-Mail")
    assert not is_control("A")
    assert is_no_stage(" – ")
