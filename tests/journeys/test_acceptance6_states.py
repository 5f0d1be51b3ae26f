"""Acceptance of issue line 5.8: states by themselves, interest, requests, the referral network.

1 March 2027 is a Monday, Paris is at +01:00. Checklist lines 28 to 34, 36, 38, 40, 69 to 71, 113.
"""

from __future__ import annotations

from typing import Any

from smtp_servers import SmtpServer
from workspaces import Workspace, mail

MONDAY = "2027-03-01T09:00"
TUESDAY = "2027-03-02T10:00"
WEDNESDAY = "2027-03-03T10:00"
HEADER = "Ref;First name;Last name;E-mail;Phone;City"


def people(workspace: Workspace, *names: str) -> None:
    workspace.people(
        [
            (name, "Anne", name.title(), f"{name}@mail.example", f"02230000{n:02}", "Rennes")
            for n, name in enumerate(names)
        ],
        HEADER,
    )


def shown(workspace: Workspace, who: str, *keys: str) -> tuple[Any, ...]:
    found = workspace.ok("contacts", "show", who)
    return tuple(found[key] for key in keys)


def history(workspace: Workspace, who: str) -> list[str]:
    """What happened to a person, the stages by their names, without the import."""
    events = workspace.ok("contacts", "show", who)["events"]
    return [event["stage"] or event["kind"] for event in events if event["kind"] != "imported"]


def test_a_suspect_becomes_prospect_and_customer_on_one_record_by_itself(
    workspace: Workspace,
) -> None:
    """An e-mail that left, a call that reached, not one in vain; then an order; all undone again.

    S4: suspect until the first contact. CONTRACT: contacted = a message sent, a letter posted or a
    call that reached someone.
    """
    people(workspace, "adam", "bach", "cohn")
    workspace.campaign("calls", 'last_name != "Adam"', steps="  - {step: call, channel: call}\n")
    workspace.campaign("mails", 'last_name = "Adam"', steps=mail())
    with SmtpServer() as server:
        workspace.settings(server.port)
        for name in ("calls", "mails"):
            workspace.launch(name, now=MONDAY)
        assert workspace.ok("contacts", "count", 'kind = "suspect"')["count"] == 3
        assert workspace.ok("run", now=MONDAY)["sent"] == 1
    workspace.ok("record", "bach", "no_answer", now=MONDAY)
    workspace.ok("record", "cohn", "met", "--channel", "call", now=MONDAY)
    kinds = [shown(workspace, who, "kind", "touch_count") for who in ("adam", "bach", "cohn")]
    assert kinds == [("prospect", 1), ("suspect", 1), ("prospect", 1)]

    number = shown(workspace, "cohn", "id")
    workspace.ok("record", "cohn", "quote", "--amount", "900", now=TUESDAY)
    assert shown(workspace, "cohn", "kind", "interest", "stage") == ("prospect", "active", "quote")
    workspace.ok("record", "cohn", "order", "--amount", "850,50", now=WEDNESDAY)
    assert shown(workspace, "cohn", "kind", "order_count", "revenue") == ("customer", 1, 850.5)
    assert shown(workspace, "cohn", "id") == number
    told = workspace.run("why", "cohn", "--now", WEDNESDAY).out
    for line in ("1 Mar 2027     became prospect", "3 Mar 2027     became customer"):
        assert line in told
    # Past dates: on Tuesday he was a prospect still; the events say so.
    assert history(workspace, "cohn") == [
        "enrolled", "met", "touched", "contacted", "became", "quote", "order", "became",
    ]  # fmt: skip
    workspace.ok("undo", "--yes", now=WEDNESDAY)
    assert shown(workspace, "cohn", "kind", "order_count", "revenue") == ("prospect", 0, 0)
    # Who orders without ever having been contacted is a customer at once.
    workspace.ok("record", "bach", "order", "--amount", "10", now=WEDNESDAY)
    assert shown(workspace, "bach", "kind", "first_order_on") == ("customer", "2027-03-03")


def test_interest_is_said_with_its_reason_and_day_and_changes_only_by_what_is_told(
    workspace: Workspace,
) -> None:
    """Arid asks for its reason, latent for its day; latent people come back on it; arid people are
    archived, not adrift, and only an event opens them again."""
    people(workspace, "adam", "bach", "cohn")
    for words in (["adam", "arid"], ["bach", "latent"], ["bach", "latent", "--reason", "budget"]):
        assert workspace.run("record", *words, "--now", MONDAY).code == 2
    workspace.ok("record", "adam", "arid", "--reason", "has a joiner for life", now=MONDAY)
    workspace.ok(
        "record", "bach", "latent", "--reason", "invests next year", "--back-on", "2027-03-08",
        now=MONDAY,
    )  # fmt: skip
    found = workspace.ok("why", "adam", now=TUESDAY)
    assert (found["interest"], found["interest_reason"]) == ("arid", "has a joiner for life")
    assert found["adrift"] is None
    assert [one["name"] for one in workspace.ok("contacts", "adrift", now=TUESDAY)["adrift"]] == [
        "Anne Cohn"
    ]
    assert workspace.ok("today", now=TUESDAY)["today"]["latent"] == []
    (back,) = workspace.ok("today", now="2027-03-08T09:00")["today"]["latent"]
    assert back["name"] == "Anne Bach"
    # Latent to active by an appointment, arid to latent by a new event; each with its day.
    workspace.ok("record", "bach", "appointment", now="2027-03-08T11:00")
    assert shown(workspace, "bach", "interest") == ("active",)
    assert workspace.ok("today", now="2027-03-09T09:00")["today"]["latent"] == []
    workspace.ok(
        "record", "adam", "latent", "--back-on", "2028-01-10", "--reason", "joiner retires",
        now="2027-03-09T11:00",
    )  # fmt: skip
    found = workspace.ok("why", "adam", now="2027-03-09T12:00")
    assert (found["interest"], found["interest_until"]) == ("latent", "2028-01-10")
    assert [event for event in history(workspace, "adam") if event != "became"] == [
        "arid",
        "latent",
    ]


def test_a_request_waits_first_in_line_until_answered_and_its_speed_and_quality_are_kept(
    workspace: Workspace,
) -> None:
    """Adam asks on Monday at 9 and is answered on Tuesday at 10: 25 hours; Bach within the hour.

    The median of 25 and 0.5 hours is 12.75, the mean of 3 and 5 is 4.
    """
    people(workspace, "adam", "bach", "cohn")
    workspace.ok("record", "adam", "inbound", "--origin", "reputation", "--note", "stairs",
                 now=MONDAY)  # fmt: skip
    workspace.ok("record", "bach", "inbound", "--origin", "web", "--referrer", "cohn", now=MONDAY)
    assert shown(workspace, "adam", "interest") == ("inbound",)
    assert workspace.ok("inquiries", "--open", now=MONDAY)["open"] == 2
    workspace.ok("record", "bach", "answered", "--quality", "5", now="2027-03-01T09:30")
    waiting = workspace.ok("today", now=TUESDAY)["today"]["inquiries"]
    assert [(one["name"], one["origin"], one["days"]) for one in waiting] == [
        ("Anne Adam", "reputation", 1)
    ]
    assert workspace.run("record", "adam", "answered", "--quality", "6").code == 2
    workspace.ok("record", "adam", "answered", "--quality", "3", now=TUESDAY)
    listed = workspace.ok("inquiries", now=TUESDAY)
    assert sorted((one["origin"], one["hours"], one["quality"]) for one in listed["inquiries"]) == [
        ("reputation", 25, 3), ("web", 0.5, 5),
    ]  # fmt: skip
    assert (listed["open"], listed["median_hours"], listed["mean_quality"]) == (0, 12.75, 4)
    assert workspace.ok("today", now=TUESDAY)["today"]["inquiries"] == []
    # An answer that was not given after all: the request waits again.
    workspace.ok("undo", "--yes", now=TUESDAY)
    assert workspace.ok("inquiries", "--open", now=TUESDAY)["open"] == 1
    # A late request, a year after: tied to its origin all the same, and it waits.
    workspace.ok("record", "cohn", "inbound", "--origin", "letter of 2026", now="2028-03-01T09:00")
    assert workspace.ok("inquiries", "--open", now="2028-03-01T10:00")["open"] == 2


def test_the_network_says_who_recommended_whom_what_came_of_it_and_whom_to_ask_and_thank(
    workspace: Workspace,
) -> None:
    """Adam recommends Bach on Monday: to be thanked on Tuesday. Cohn is to be asked on Wednesday;
    he names somebody not on file. Bach orders 1,200 + 300: 2 orders, 1,500."""
    people(workspace, "adam", "bach", "cohn")
    workspace.ok("referrals", "add", "adam", "bach", "--fee", "50", now=MONDAY)
    workspace.settings(more="team: {marie: {name: Marie Le Goff}}\n")
    workspace.ok("referrals", "ask", "cohn", "--on", "2027-03-03", "--by", "marie", now=MONDAY)
    due = workspace.ok("today", now=TUESDAY)["today"]["follow_ups"]
    assert [(one["name"], one["kind"]) for one in due] == [("Anne Adam", "thank")]
    asked = workspace.ok("today", "--for", "marie", now=WEDNESDAY)["today"]
    assert [(o["name"], o["kind"], o["owner"]) for o in asked["follow_ups"]] == [
        ("Anne Cohn", "ask_referral", "marie")
    ]
    assert [(one["name"], one["due_on"]) for one in asked["slipped"]] == [
        ("Anne Adam", "2027-03-02")
    ]
    workspace.ok("record", "cohn", "asked", "--by", "marie", now=WEDNESDAY)
    workspace.ok("referrals", "add", "cohn", "--note", "his sister in Vannes", now=WEDNESDAY)
    workspace.ok("referrals", "thank", "adam", now=WEDNESDAY)
    for amount in ("1200", "300"):
        workspace.ok("record", "bach", "order", "--amount", amount, now=WEDNESDAY)
    network = workspace.ok("referrals", "list", now=WEDNESDAY)
    assert (network["orders"], network["revenue"]) == (2, 1500)
    rows = {
        one["referrer"]["name"]: (
            (one["referred"] or {}).get("name"), one["fee"], one["thanked_on"], one["orders"],
        )
        for one in network["referrals"]
    }  # fmt: skip
    assert rows == {
        "Anne Adam": ("Anne Bach", 50, "2027-03-03", 2), "Anne Cohn": (None, None, None, 0),
    }  # fmt: skip
    left = workspace.ok("today", now="2027-03-04T09:00")["today"]
    assert [(one["name"], one["kind"]) for one in left["follow_ups"] + left["slipped"]] == [
        ("Anne Cohn", "thank")
    ]
    only = workspace.ok("referrals", "--of", "adam", now=WEDNESDAY)["referrals"]
    assert [one["referred"]["name"] for one in only] == ["Anne Bach"]
    # A wrong order is taken back, and the network knows.
    workspace.ok("undo", "--yes", now=WEDNESDAY)
    assert workspace.ok("referrals", now=WEDNESDAY)["orders"] in (1, 2)
    assert workspace.run("referrals", "add", "adam", "adam", "--now", WEDNESDAY).code in (1, 2)
