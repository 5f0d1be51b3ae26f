"""Audit of issue 7: the worked numbers of B10, from the figures of another mailing program.

What that program counted is imported as a campaign whose chain has its stages: each rate then
stands beside what it is of.
"""

from __future__ import annotations

import pytest
from workspaces import Workspace

NOW = "2027-03-01T09:00"
CHAIN = "contacted,delivered,opened,clicked"


def mailing(workspace: Workspace, name: str, people: int, chain: str, **came: int) -> None:
    """So many e-mails; the first of them came so far."""
    stages = chain.split(",")[1:]
    lines = [";".join(["Code", "Envoyé le", "Canal", *stages])]
    for n in range(people):
        yes = ("oui" if n < came[stage] else "" for stage in stages)
        lines.append(";".join([f"{name}{n}", "2027-02-01", "e-mail", *yes]))
    workspace.write(f"{name}.csv", "\n".join(lines) + "\n")
    told = workspace.ok("history", "import", f"{name}.csv", "--campaign", name, "--chain", chain,
                        "--create-contacts", now=NOW)  # fmt: skip
    assert (told["read"], told["rejected"]) == (people, 0)


def test_delivered_opened_and_clicked_of_ten_thousand(workspace: Workspace) -> None:
    """B10, a fifth of it: 2,000 sent, 1,980 delivered (99 %: 20 bounced), 495 openers (25 % of the
    delivered), 99 clickers (20 % of the openers, the réactivité; 99 ÷ 1,980 = 5 %)."""
    mailing(workspace, "m", 2000, CHAIN, delivered=1980, opened=495, clicked=99)
    chain = workspace.ok("report", "m", now=NOW)["chain"]
    assert [link["contacts"] for link in chain] == [2000, 1980, 495, 99]
    assert [link["from_previous"] for link in chain] == [
        None, *map(pytest.approx, (0.99, 0.25, 0.20)),
    ]  # fmt: skip
    assert chain[3]["contacts"] / chain[1]["contacts"] == pytest.approx(0.05)
    shown = workspace.run("report", "m", now=NOW).out
    assert all(rate in shown for rate in ("99%", "25%", "20%"))


@pytest.mark.parametrize(("people", "replies", "rate"), [(400, 100, 0.25), (1000, 90, 0.09)])
def test_the_return_rate_is_replies_of_those_written_to(
    workspace: Workspace, people: int, replies: int, rate: float
) -> None:
    """B10: 100 of 400 are 25 %; 900 of 10,000 are 9 %, and so are 90 of 1,000."""
    mailing(workspace, "m", people, "contacted,replied,order", replied=replies, order=0)
    told = workspace.ok("report", "m", now=NOW)
    assert told["chain"][1]["from_first"] == pytest.approx(rate)
    assert told["ratios"]["interested_rate"] == pytest.approx(rate)
