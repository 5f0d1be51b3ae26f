"""The plan in odd corners: equal names, shared campaigns, wrong endings, long words, one hour."""

from __future__ import annotations

from pathlib import Path

from workspaces import Workspace

NOW = "2027-06-01T09:00"
LONG = "Une-très-longue-désignation-de-salon-professionnel-international-des-métiers-d'art-de-Paris"
TASK = "  - {step: talk, channel: task}\n"
VISITS = (
    "plan", "visits", "--visits-per-day", "3", "--target", "20", "--current", "5",
    "--retention", "90%", "--visits-per-customer", "4", "--into-calendar", "--offer", "A tour",
)  # fmt: skip


def three_areas(workspace: Workspace) -> None:
    """Two areas that make one file name, and one called like the customers' campaign."""
    workspace.townspeople(30)
    workspace.ok("record", "p001", "order", "--amount", "100", now="2027-05-03T09:00")
    for name in ("Nord-Est", "Nord Est", "Customers"):
        workspace.ok("plan", "areas", "add", name, 'city = "Rennes"', "--potential", "50", now=NOW)


def campaigns(workspace: Workspace) -> list[str]:
    return sorted(path.name for path in (workspace.folder / "campaigns").glob("*.yaml"))


def test_areas_whose_names_make_one_file_name_are_numbered(workspace: Workspace) -> None:
    three_areas(workspace)
    workspace.ok(*VISITS, now=NOW)
    names = [
        "visits-2027-customers", "visits-2027-customers-2", "visits-2027-nord-est",
        "visits-2027-nord-est-2",
    ]  # fmt: skip
    assert campaigns(workspace) == sorted(f"{name}.yaml" for name in names)
    plan = workspace.ok("plan", "actions", now=NOW)["actions"]
    assert sorted(one["campaign"] for one in plan) == names
    everybody = (workspace.folder / "campaigns/visits-2027-customers.yaml").read_text()
    assert "life_stage in" in everybody


def test_visits_are_planned_whole_or_not_at_all(workspace: Workspace) -> None:
    """The last file is in the way, of another campaign: nothing is begun, and it says which."""
    three_areas(workspace)
    workspace.write("campaigns/visits-2027-customers.yaml", "campaign: another\n")
    found = workspace.run(*VISITS, now=NOW)
    assert found.code != 0
    assert "visits-2027-customers" in found.err
    assert campaigns(workspace) == ["visits-2027-customers.yaml"]
    assert workspace.ok("plan", "actions", now=NOW)["actions"] == []


def test_visits_planned_already_say_what_to_do(workspace: Workspace) -> None:
    three_areas(workspace)
    workspace.ok(*VISITS, now=NOW)
    again = workspace.run(*VISITS, now=NOW)
    assert again.code == 2
    assert "planned already" in again.err
    assert "delete" in again.err


def carried_twice(workspace: Workspace) -> None:
    """One launched campaign of 50 euros, in two actions of two projects."""
    workspace.townspeople(4)
    workspace.campaign("c", head="fixed_costs: {d: 50}\n", steps=TASK)
    workspace.launch("c", now="2027-03-01T09:00")
    workspace.ok("record", "p001", "order", "--amount", "300", "--campaign", "c", now=NOW)
    for name in ("one", "two"):
        workspace.ok("plan", "actions", "add", name, "--campaign", "c", now=NOW)
    workspace.ok("plan", "actions", "add", "three", "--campaign", "c", "--project", "P", now=NOW)


def test_a_campaign_of_several_actions_is_added_up_once(workspace: Workspace) -> None:
    carried_twice(workspace)
    found = workspace.ok("plan", "actions", now=NOW)
    assert (found["cost"], found["revenue"]) == (50, 300)
    told = workspace.run("plan", "actions", now=NOW).out
    # The row of its first action, and the total of that project.
    assert (told.count("€50.00"), told.count("€300.00")) == (2, 2)
    assert "figures stand beside the first action" in " ".join(told.split())
    own = [one["actual"]["cost"] for one in found["actions"]]
    assert own == [50, 50, 50]


def test_files_of_the_plan_have_the_ending_of_their_kind(workspace: Workspace) -> None:
    workspace.ok("plan", "actions", "add", "one", now=NOW)
    for option, name, better in (("--xlsx", "p.html", "p.xlsx"), ("--ics", "q.txt", "q.ics")):
        found = workspace.run("plan", "actions", option, name, now=NOW)
        assert found.code == 2
        assert f"name it {better}" in found.err
        assert not Path(name).exists()
    found = workspace.ok("plan", "actions", "--xlsx", "P.XLSX", "--ics", "q.ics", now=NOW)
    assert (found["xlsx"], found["ics"]) == ("P.XLSX", "q.ics")


def test_long_words_stay_within_80_columns(workspace: Workspace) -> None:
    workspace.ok("plan", "sources", "add", LONG, now=NOW)
    workspace.ok("plan", "actions", "add", LONG, "--project", LONG, now=NOW)
    for command in (("plan", "sources"), ("plan", "actions"), ("plan", "actions", "show", "1")):
        told = workspace.run(*command, now=NOW).out
        assert max(map(len, told.splitlines())) <= 80, command
        assert LONG in "".join(told.split())


def test_uses_of_a_list_without_a_limit_are_not_known(workspace: Workspace) -> None:
    workspace.write("a.csv", "Ref;Last name;E-mail\np1;N;p1@mail.example\n")
    workspace.ok("contacts", "import", "a.csv", "--source", "A", now=NOW)
    workspace.campaign("c", 'source = "A"', steps=TASK)
    workspace.launch("c", now=NOW)
    workspace.ok("plan", "sources", "add", "B", "--uses", "3", now=NOW)
    uses = {one["name"]: one["uses"] for one in workspace.ok("plan", "sources", now=NOW)["sources"]}
    assert uses == {"A": None, "B": 0}
    workspace.ok("plan", "sources", "edit", "A", "--uses", "3", now=NOW)
    (first,) = [one for one in workspace.ok("plan", "sources", now=NOW)["sources"]
                if one["name"] == "A"]  # fmt: skip
    assert (first["uses"], first["uses_left"]) == (1, 3)


def test_an_objective_of_a_campaign_counts_contacted_as_its_report_does(
    workspace: Workspace,
) -> None:
    """An order alone is a contact; a call nobody took and a ticked-off task are none.

    So is who was spoken with by telephone and came no further: the call reached someone.
    """
    workspace.townspeople(6)
    workspace.campaign("c", steps=TASK)
    workspace.launch("c", now="2027-03-01T09:00")
    for who, *what in (
        ("p001", "order", "--amount", "300"), ("p002", "no_answer", "--channel", "call"),
        ("p003", "done"), ("p004", "replied"), ("p005", "spoken", "--channel", "call"),
    ):  # fmt: skip
        workspace.ok("record", who, *what, "--campaign", "c", now="2027-03-03T09:00")
    workspace.ok("plan", "objectives", "add", "Reach", "--metric", "contacted", "--target", "10",
                 "--start", "2027-03-01", "--by", "2027-12-31", "--campaign", "c",
                 now="2027-03-20T09:00")  # fmt: skip
    (goal,) = workspace.ok("plan", "objectives", now="2027-03-20T09:00")["objectives"]
    report = workspace.ok("report", "c", now="2027-03-20T09:00")
    assert report["contacted"] == 3
    assert goal["now"]["realised"] == report["contacted"]


def test_one_hour_is_no_hours(workspace: Workspace) -> None:
    """30 touches of 2 minutes in a week are 1 hour every week."""
    words = ("plan", "effort", "--deals", "3", "--proposals-per-deal", "1", "--compensation", "1",
             "--inbound", "0", "--accessibility", "10%", "--touches", "1", "--minutes", "2",
             "--weight", "1", "--hours-per-week", "8", "--start", "2027-06-07", "--by",
             "2027-06-13")  # fmt: skip
    told = workspace.run(*words, now=NOW).out
    assert "It takes 1 hour every week until then." in told


def test_what_was_realised_is_not_below_0(workspace: Workspace) -> None:
    effort = workspace.run("plan", "effort", "--deals", "3", "--by", "2027-12-31",
                           "--realised", "-4", now=NOW)  # fmt: skip
    assert effort.code == 2
    assert "below 0" in effort.err
    workspace.ok("plan", "objectives", "add", "Sell tea", "--target", "10", "--start",
                 "2027-03-01", "--by", "2027-12-31", now=NOW)  # fmt: skip
    found = workspace.run("plan", "objectives", "found", "Sell tea", "--realised", "-4", now=NOW)
    assert found.code == 2
    assert "below 0" in found.err
