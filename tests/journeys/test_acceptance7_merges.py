"""Two records found to be one person after their campaigns: one person in every figure of people.

Worked out by hand: Anne Martin and Eve Roy are on the list twice and were written to, or left
alone, under both numbers. What was done and sold stays what it was: five letters are five.
"""

from __future__ import annotations

from typing import Any

import pytest
from workspaces import Workspace

NOW = "2027-03-01T09:00"

#: Anne drew A and B, on two days, answered the first and ordered after the second; Eve was left
#: alone under her other number.
SPRING = """\
E-mail;Prénom;Nom;Téléphone;Groupe;Envoyé le;Canal;Étape;Date;Montant;Marge;Coût
anne@x.example;Anne;Martin;0299000001;A;03/03/2025;courrier;réponse;10/03/2025;;;1,50
anne.martin@x.example;Anne;Martin;0299000001;B;05/03/2025;courrier;commande;20/03/2025;400;100;1,50
carl@x.example;Carl;Cox;0299000002;A;03/03/2025;courrier;commande;25/03/2025;200;50;1,50
dora@x.example;Dora;Dahl;0299000003;B;03/03/2025;courrier;;;;;1,50
eve@x.example;Eve;Roy;0299000004;témoin;;;commande;22/03/2025;90;30;
eve.roy@x.example;Eve;Roy;0299000004;B;04/03/2025;courrier;;;;;1,50
felix@x.example;Felix;Fox;0299000005;témoin;;;commande;23/03/2025;500;125;
gail@x.example;Gail;Gray;0299000006;témoin;;;;;;;
"""

#: Of the autumn, to Anne under her second number alone.
AUTUMN = """\
E-mail;Prénom;Nom;Téléphone;Envoyé le;Canal;Étape;Date;Montant;Marge;Coût
anne.martin@x.example;Anne;Martin;0299000001;01/10/2025;courrier;commande;12/10/2025;300;90;1,50
carl@x.example;Carl;Cox;0299000002;01/10/2025;courrier;réponse;09/10/2025;;;1,50
"""


def people_of(part: Any) -> list[int]:
    return [link["contacts"] for link in part["chain"]]


@pytest.fixture
def merged(workspace: Workspace) -> Workspace:
    """Both campaigns, then the doubles made one."""
    for name, text in (("spring", SPRING), ("autumn", AUTUMN)):
        workspace.write(f"{name}.csv", text)
        words = ("history", "import", f"{name}.csv", "--campaign", name, "--create-contacts")
        workspace.ok(*words, now=NOW)
    before = workspace.ok("report", "spring", now=NOW)
    assert (before["enrolled"], before["control"], people_of(before)) == (5, 3, [5, 3, 2, 2, 2])
    found = workspace.ok("contacts", "duplicates", "--merge", now=NOW)
    assert len(found["groups"]) == 2
    return workspace


def test_both_records_in_one_campaign_are_one_person(merged: Workspace) -> None:
    """Anne, Carl, Dora and Eve, who was written to after all; Felix and Gail are control."""
    told = merged.ok("report", "spring", now=NOW)
    assert (told["enrolled"], told["control"]) == (4, 2)
    # Anne ordered, though under her other number she only answered; Carl ordered.
    # Eve ordered too: that was told of her record in control, and she is one person.
    assert people_of(told) == [4, 3, 3, 3, 3]
    assert (told["contacted"], told["touched"], told["touch_count"]) == (4, 4, 5)
    (letters,) = told["touches"]
    assert (letters["touches"], letters["contacts"], letters["cost"]) == (5, 4, 7.5)
    assert (told["orders"], told["revenue"], told["margin"]) == (3, 690, 180)
    assert told["cost"]["per_contact"] == 7.5 / 4
    assert told["cost"]["per_stage"]["order"] == 2.5
    # Both letters were before Anne's order: two touches; the others got one.
    assert [(row["touches"], row["contacts"], row["orders"]) for row in told["touches_yield"]] == [
        (1, 3, 2), (2, 1, 1)
    ]  # fmt: skip
    # Her first letter on the 3rd, her answer on the 10th, her order on the 20th.
    times = {(row["from"], row["to"]): row for row in told["times"]}
    assert times["contacted", "replied"]["median_days"] == 7


def test_the_groups_drawn_by_lot_have_each_person_once(merged: Workspace) -> None:
    """Anne drew A with the record that was enrolled first; of two arms the enrolled one counts."""
    told = merged.ok("report", "spring", now=NOW)
    found = {one["variant"]: one for one in told["variants"]}
    assert {name: one["enrolled"] for name, one in found.items()} == {"A": 2, "B": 2}
    assert people_of(found["A"])[-1] == 2  # Anne and Carl
    assert people_of(found["B"])[-1] == 1  # Eve, not Dora
    (lift,) = [one for one in told["lift"] if one["arm"] == "enrolled"]
    assert (lift["contacts"], lift["against_contacts"]) == (4, 2)
    assert lift["difference"] == pytest.approx(3 / 4 - 1 / 2)


def test_every_breakdown_adds_up_to_the_people_there_are(merged: Workspace) -> None:
    words = [word for name in ("source", "kind", "wave", "channel", "step", "seller", "month")
             for word in ("--by", name)]  # fmt: skip
    by = merged.ok("report", "spring", *words, now=NOW)["by"]
    for name in ("source", "kind", "wave"):
        assert sum(row["enrolled"] for row in by[name]) == 4, name
    for name in ("channel", "step"):
        (row,) = by[name]
        assert people_of(row) == [4, 3, 3, 3, 3], name
    (march,) = by["month"]
    assert people_of(march) == [4, 3, 3, 3, 3]


def test_the_campaigns_together_have_them_once(merged: Workspace) -> None:
    """Four people of both campaigns; three of them ordered, four times, after seven letters."""
    told = merged.ok("report", now=NOW)
    assert [(one["campaign"], one["enrolled"]) for one in told["campaigns"]] == [
        ("spring", 4), ("autumn", 2)
    ]  # fmt: skip
    together = told["together"]
    assert together["enrolled"] == 4
    assert people_of(together) == [4, 3, 3, 3, 3]
    assert (together["orders"], together["revenue"]) == (4, 990)
    assert (together["touch_count"], together["touched"]) == (7, 4)
    assert told["customers"]["winning"]["new_customers"] == 3
