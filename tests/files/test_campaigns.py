"""Campaign files: what they mean, and every mistake in them at once with its place."""

from __future__ import annotations

from datetime import date, time
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import jsonschema
import pytest
import yaml

from outreach.errors import Location, Problems
from outreach.files.campaigns import (
    TwiceDefined,
    UnknownCampaign,
    campaign_files,
    find_campaign,
    parse_campaign,
    read_campaign,
)
from outreach.files.plain_text import UnreadableFile
from outreach.files.schemas import json_schema
from outreach.files.workspace import samples_folder
from outreach.model.campaign import (
    After,
    Attachment,
    AudienceRule,
    Campaign,
    Channel,
    Objective,
    OnePer,
    Unit,
    Variant,
    Window,
)
from outreach.model.settings import Settings

FULL = """\
campaign: open-day                     # its name, unique; the file's name by habit
title: Portes ouvertes de printemps
offer: Visite guidée et devis offert   # what we have to say; check warns without one
sender: marie
chain: [contacted, replied, appointment, quote, order]   # the stages of the prospecting chain
objective: {orders: 5, revenue: 60000, by: 2027-06-30, checkpoints: [2027-04-30, 2027-05-31]}
budget: 800
fixed_costs: {design: 200, list: 120}
audience:
  where: city in ("Rennes", "Nantes") and not has_tag("vip")
  limit: 500
  control: 10%                         # drawn by a stable hash, never contacted
  one_per: household                   # person (default) | household | company
steps:
  - step: letter
    channel: letter                    # email | letter | call | visit | task
    template: letters/open-day.docx
    cost: 1.20
  - step: mail
    channel: email
    after: letter + 5 days             # "+ 5 working days", "+ 2 weeks" too
    subject: "{{ first_name }}, une place vous attend"
    template: emails/open-day.html.j2  # text: emails/open-day.txt.j2 where one is written by hand
    attachments: [plan.pdf, "devis/{{ external_id }}.pdf", {letter: letters/voucher.docx, as: pdf}]
    variants: {a: {subject: "…"}, b: {subject: "…", template: emails/open-day-b.html.j2}}
    when: not replied                  # the same language, about this person in this campaign
  - step: call
    channel: call
    after: mail + 7 working days
    guide: calls/open-day.yaml
stop_on: [replied, appointment, order, opted_out, bounced]
window: {days: mon-fri, hours: "09:00-12:00, 14:00-18:00", holidays: skip}
start: 2027-03-01
not_after: 2027-04-15
"""

HEAD = "campaign: x\naudience: {where: 'true'}\n"
CALL = "steps: [{step: call, channel: call}]\n"
SMALL = HEAD + CALL
FILE = Path("c.yaml")


def parsed(text: str) -> Campaign:
    return parse_campaign(text, FILE).campaign


def told(text: str) -> list[str]:
    """Each error's first line; hints are asked for apart."""
    with pytest.raises(Problems) as caught:
        parsed(text)
    return [str(error).splitlines()[0] for error in caught.value.errors]


def hint(text: str) -> str:
    with pytest.raises(Problems) as caught:
        parsed(text)
    (error,) = caught.value.errors
    return str(error.hint)


def test_the_contracts_campaign_means_what_it_says() -> None:
    campaign = parsed(FULL)

    assert campaign.name == "open-day"
    assert campaign.title == "Portes ouvertes de printemps"
    assert campaign.offer == "Visite guidée et devis offert"
    assert campaign.sender == "marie"
    assert campaign.chain == ("contacted", "replied", "appointment", "quote", "order")
    assert campaign.stop_on == ("replied", "appointment", "order", "opted_out", "bounced")
    assert campaign.objective == Objective(
        orders=5,
        revenue=Decimal(60000),
        by=date(2027, 6, 30),
        checkpoints=(date(2027, 4, 30), date(2027, 5, 31)),
    )
    assert campaign.budget == Decimal(800)
    assert campaign.fixed_costs == {"design": Decimal(200), "list": Decimal(120)}
    assert campaign.audience == AudienceRule(
        where='city in ("Rennes", "Nantes") and not has_tag("vip")',
        limit=500,
        control=Fraction(1, 10),
        one_per=OnePer.HOUSEHOLD,
    )
    assert campaign.window == Window(
        (0, 1, 2, 3, 4), ((time(9), time(12)), (time(14), time(18))), True
    )
    assert (campaign.start, campaign.not_after) == (date(2027, 3, 1), date(2027, 4, 15))
    assert not campaign.alongside


def test_the_contracts_steps_mean_what_they_say() -> None:
    letter, mail, call = parsed(FULL).steps

    assert (letter.name, letter.channel, letter.after) == ("letter", Channel.LETTER, None)
    assert (letter.template, letter.cost) == ("letters/open-day.docx", Decimal("1.20"))
    assert mail.after == After("letter", 5, Unit.DAYS)
    assert mail.subject == "{{ first_name }}, une place vous attend"
    assert mail.template == "emails/open-day.html.j2"
    assert mail.when == "not replied"
    assert mail.attachments == (
        Attachment(path="plan.pdf"),
        Attachment(path="devis/{{ external_id }}.pdf"),
        Attachment(letter="letters/voucher.docx", as_pdf=True),
    )
    assert mail.variants == (
        Variant("a", "…"),
        Variant("b", "…", "emails/open-day-b.html.j2"),
    )
    assert call.after == After("mail", 7, Unit.WORKING_DAYS)
    assert (call.channel, call.guide) == (Channel.CALL, "calls/open-day.yaml")


def test_others_can_point_at_a_value() -> None:
    file = parse_campaign(FULL, Path("campaigns/open-day.yaml"))
    assert file.locate(("steps", 1, "template")) == Location("campaigns/open-day.yaml", 23, 15)
    assert file.locate(("audience", "where")) == Location("campaigns/open-day.yaml", 10, 10)
    assert file.text == FULL


def test_a_small_campaign_takes_the_defaults() -> None:
    campaign = parsed(SMALL)
    assert campaign.chain == ("contacted", "replied", "appointment", "quote", "order")
    assert campaign.stop_on == ("replied", "appointment", "order", "opted_out", "bounced")
    assert campaign.audience == AudienceRule(where="true")
    assert campaign.window == Window()


def test_stop_rules_are_by_default_those_that_the_chain_knows() -> None:
    campaign = parsed(SMALL + "chain: [contacted, replied, sale]\n")
    assert campaign.stop_on == ("replied", "opted_out", "bounced")


def test_no_stop_rules_can_be_said() -> None:
    assert parsed(SMALL + "stop_on: []\n").stop_on == ()


def test_everything_a_step_by_hand_may_say() -> None:
    text = HEAD + (
        "language: en\nalongside: true\n"
        "steps:\n  - {step: visit, channel: visit, guide: g.yaml, minutes: 12.5, by: yann,\n"
        "     not_after: 2027-04-01, when: 'not met', cost: '3,50'}\n"
    )
    campaign = parsed(text)
    (visit,) = campaign.steps
    assert (visit.minutes, visit.by, visit.guide) == (Decimal("12.5"), "yann", "g.yaml")
    assert (visit.not_after, visit.cost) == (date(2027, 4, 1), Decimal("3.50"))
    assert (campaign.language, campaign.alongside) == ("en", True)


@pytest.mark.parametrize(
    ("after", "expected"),
    [
        ("call", After("call", 0, Unit.DAYS)),
        ("call + 3 hours", After("call", 3, Unit.HOURS)),
        ("call + 1 day", After("call", 1, Unit.DAYS)),
        ("call + 5 working days", After("call", 5, Unit.WORKING_DAYS)),
        ("call+2 weeks", After("call", 2, Unit.WEEKS)),
        ("call + 5 jours ouvrés", After("call", 5, Unit.WORKING_DAYS)),
        ("call + 1 semaine", After("call", 1, Unit.WEEKS)),
    ],
)
def test_waits_are_read(after: str, expected: After) -> None:
    text = (
        HEAD + f"steps: [{{step: call, channel: call}}, {{step: b, channel: task, after: {after}}}]"
    )
    assert parsed(text).steps[1].after == expected


@pytest.mark.parametrize(
    ("days", "expected"),
    [
        ("mon-fri", (0, 1, 2, 3, 4)),
        ("mon,wed,fri", (0, 2, 4)),
        ("[mon, wed]", (0, 2)),
        ("lun-ven", (0, 1, 2, 3, 4)),
        ("Mardi, jeudi", (1, 3)),
        ("fri-mon", (0, 4, 5, 6)),
    ],
)
def test_days_are_read(days: str, expected: tuple[int, ...]) -> None:
    text = SMALL + "window:\n  days: " + days + "\n"
    assert parsed(text).window.days == expected


def test_hours_are_sorted_and_may_end_at_midnight() -> None:
    text = SMALL + 'window: {hours: "18:00-24:00, 9h-12h30"}\n'
    assert parsed(text).window.hours == ((time(9), time(12, 30)), (time(18), time(0)))


@pytest.mark.parametrize("control", ["10%", "0.1", "10 %", "0,1"])
def test_shares_are_exact(control: str) -> None:
    text = "campaign: x\naudience: {where: 'true', control: '" + control + "'}\n" + CALL
    assert parsed(text).audience.control == Fraction(1, 10)


# --- mistakes ----------------------------------------------------------------------------


def test_all_mistakes_of_a_file_are_told_at_once_in_their_order() -> None:
    text = """\
campain: x
title:
audience: {where: [a], control: 100%, limit: 0, one_per: dog}
start: 2027-13-01
window: {days: mon-fry, hours: "12:00-09:00", holiday: skip}
fixed_costs: {design: 20 €, "": 3}
chain: [replied, replied, order]
stop_on: [replyed, contacted]
alongside: maybe
budget: -3
repeat: "0 9 * * mo"
steps:
  - step: mail
    channel: email
    guide: x
    after: letter + 5 dayz
    variants: {a: {subjct: x}}
    attachments: [{lettr: x, as: odt}, [x]]
  - step: mail
    channel: emial
  - {step: call, channel: call, after: c2 + 2 days, subject: x}
  - {step: c2, channel: call, after: call, cost: 1;5}
  - x
  - {step: y}
"""
    assert told(text) == [
        "c.yaml:1:1: a campaign needs the key 'campaign'",
        "c.yaml:1:1: a campaign has no key 'campain'",
        "c.yaml:2:7: nothing is written here",
        "c.yaml:3:19: one value is expected here, not a list",
        "c.yaml:3:33: 100% is not less than the whole",
        "c.yaml:3:46: 0 is too small: at least 1",
        "c.yaml:3:58: 'dog' is not known here",
        "c.yaml:4:8: there is no day 2027-13-01",
        "c.yaml:5:16: 'fry' is not a day of the week",
        "c.yaml:5:32: '12:00-09:00' ends before it begins",
        "c.yaml:5:47: a window has no key 'holiday'",
        "c.yaml:6:23: '20 €' is not a number",
        "c.yaml:6:29: nothing is written here",
        "c.yaml:7:9: a chain begins with `contacted`, not 'replied'",
        "c.yaml:7:18: the stage 'replied' stands twice",
        "c.yaml:8:11: 'replyed' is neither a stage of the chain nor a known fact",
        "c.yaml:8:20: 'contacted' is neither a stage of the chain nor a known fact",
        "c.yaml:9:12: 'maybe' is neither true nor false",
        "c.yaml:10:9: -3 is negative",
        "c.yaml:11:9: '0 9 * * mo' is no cron expression that ever fires",
        "c.yaml:13:5: an email step needs the key 'subject'",
        "c.yaml:13:5: an email step needs the key 'template'",
        "c.yaml:15:5: an email step has no key 'guide'",
        "c.yaml:16:12: 'dayz' is not a unit of time",
        "c.yaml:17:20: a variant of an e-mail has no key 'subjct'",
        "c.yaml:18:19: an attachment needs the key 'letter'",
        "c.yaml:18:20: an attachment has no key 'lettr'",
        "c.yaml:18:34: 'odt' is not known here",
        "c.yaml:18:40: one value is expected here, not a list",
        "c.yaml:19:11: two steps are called 'mail'",
        "c.yaml:20:14: 'emial' is not a channel",
        "c.yaml:21:40: these steps wait for each other: call → c2 → call",
        "c.yaml:21:53: a call step has no key 'subject'",
        "c.yaml:22:50: '1;5' is not a number",
        "c.yaml:23:5: keys with their values are expected here",
        "c.yaml:24:5: a step needs the key 'channel'",
    ]


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("- a\n", "c.yaml:1:1: keys with their values are expected here"),
        ("hello\n", "c.yaml:1:1: keys with their values are expected here"),
        (HEAD, "c.yaml:1:1: a campaign needs the key 'steps'"),
        (HEAD + "steps: []\n", "c.yaml:3:8: this list is empty"),
        (HEAD + "steps: call\n", "c.yaml:3:8: a list is expected here"),
        (HEAD + "steps: {a: 1}\n", "c.yaml:3:8: a list is expected here"),
        (SMALL + "chain: []\n", "c.yaml:4:8: this list is empty"),
        (SMALL + "chain: contacted\n", "c.yaml:4:8: a list is expected here"),
        (SMALL + "chain: [contacted, a b]\n", "c.yaml:4:20: 'a b' is not one word"),
        (SMALL + "window: mon-fri\n", "c.yaml:4:9: keys with their values are expected here"),
        (SMALL + "window: {hours: 9}\n", "c.yaml:4:17: '9' has no end"),
        (SMALL + "window: {hours: 25:00-26:00}\n", "c.yaml:4:17: '25:00' is not a time of day"),
        (
            SMALL + 'window: {hours: "9-12, 11-14"}\n',
            "c.yaml:4:17: the hours '9-12, 11-14' overlap",
        ),
        (SMALL + "window: {holidays: skipp}\n", "c.yaml:4:20: 'skipp' is not known here"),
        (SMALL + "start: 1/3/2027\n", "c.yaml:4:8: '1/3/2027' is not a date"),
        (SMALL + "language: fra\n", "c.yaml:4:11: 'fra' is not known here"),
        (SMALL + "budget: lots\n", "c.yaml:4:9: 'lots' is not a number"),
        (
            SMALL + "start: 2027-03-01\nnot_after: 2027-02-28\n",
            "c.yaml:5:12: this is before the start, 2027-03-01",
        ),
        (
            SMALL + "start: 2027-03-01\nobjective: {by: 2026-12-31}\n",
            "c.yaml:5:17: this is before the start, 2027-03-01",
        ),
        (SMALL + "objective: {order: 5}\n", "c.yaml:4:13: an objective has no key 'order'"),
        (SMALL + "audience: {where: x}\n", "c.yaml:4:1: the key 'audience' stands here again, "),
        ("campaign: x\naudience: {limit: 5}\n" + CALL, "c.yaml:2:11: an audience needs the key"),
        (
            "campaign: x\naudience: {where: a, control: -5%}\n" + CALL,
            "c.yaml:2:31: '-5%' is not a share",
        ),
        ("campaign: a/b\naudience: {where: a}\n" + CALL, "c.yaml:1:11: 'a/b' cannot be a name"),
        (
            "campaign: posted\naudience: {where: a}\n" + CALL,
            "c.yaml:1:11: a campaign cannot be called 'posted': it is a word of a command",
        ),
        (
            "campaign: x.yaml\naudience: {where: a}\n" + CALL,
            "c.yaml:1:11: a campaign cannot be called 'x.yaml': that is a file's name",
        ),
        (
            HEAD + "steps: [{step: a, channel: call, after: a}]\n",
            "c.yaml:3:41: these steps wait for each other: a → a",
        ),
        (
            HEAD + "steps: [{step: a, channel: call}, {step: b, channel: call, after: aa + 1 day}]",
            "c.yaml:3:67: no step is called 'aa'",
        ),
        (
            HEAD + "steps: [{step: a, channel: letter}]\n",
            "c.yaml:3:9: a letter step needs the key 'template'",
        ),
        (
            HEAD + "steps: [{step: a, channel: call, after: b + soon}]\n",
            "c.yaml:3:41: 'soon' is not a time to wait",
        ),
        (
            HEAD + "steps: [{step: a, channel: call, after: b + 99999 days}]\n",
            "c.yaml:3:41: '99999 days' is more than can be waited",
        ),
        (
            HEAD + "steps: [{step: a, channel: letter, template: t, variants: {v: {subject: x}}}]",
            "c.yaml:3:64: a variant of a letter has no key 'subject'",
        ),
    ],
)
def test_a_mistake_is_told_with_its_place(text: str, expected: str) -> None:
    assert told(text)[0].startswith(expected)


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (SMALL + "titel: x\n", "did you mean 'title'?"),
        (SMALL + "stop_on: [repleid]\n", "did you mean 'replied'?"),
        (
            SMALL + "repeat: x\n",
            "minute, hour, day of the month, month, day of the week: 0 9 * * mon is every"
            " Monday at 9:00",
        ),
        (
            SMALL + "budget: 800 €\n",
            "write the number alone: the currency is that of outreach.yaml",
        ),
        (
            HEAD + "steps: [{step: letter, channel: call, after: leter}]\n",
            "did you mean 'letter'?",
        ),
        (
            HEAD + "steps: [{step: a, channel: call, subject: x}]\n",
            "steps that have it: email",
        ),
        (
            HEAD + "steps: [{step: a, channel: phone}]\n",
            "one of: email, letter, call, visit, task",
        ),
        (HEAD + "steps: [{step: a, channel: emails}]\n", "did you mean 'email'?"),
        (HEAD + "steps: [{step: a, channel: call, afetr: x}]\n", "did you mean 'after'?"),
    ],
)
def test_a_mistake_has_a_hint(text: str, expected: str) -> None:
    assert hint(text) == expected


def test_variants_may_bring_the_subject_and_the_template() -> None:
    both = "variants: {a: {subject: x, template: t}, b: {subject: y, template: t}}"
    assert parsed(HEAD + f"steps: [{{step: m, channel: email, {both}}}]\n").steps[0].subject is None
    one = "variants: {a: {subject: x, template: t}, b: {subject: y}}"
    assert told(HEAD + f"steps: [{{step: m, channel: email, {one}}}]\n") == [
        "c.yaml:3:9: an email step needs the key 'template'"
    ]


# --- finding them ------------------------------------------------------------------------


@pytest.fixture
def workspace(tmp_path: Path) -> Settings:
    folder = tmp_path / "campaigns"
    folder.mkdir()
    (folder / "spring.yaml").write_text(SMALL.replace("campaign: x", "campaign: open-day"))
    (folder / "autumn.yml").write_text(SMALL.replace("campaign: x", "campaign: 'autumn'  # us"))
    (folder / "broken.yaml").write_bytes(b"campaign: \xff\n")
    (folder / "notes.txt").write_text("no campaign")
    return Settings(folder=tmp_path)


def test_the_campaigns_of_a_workspace_are_its_yaml_files(workspace: Settings) -> None:
    names = [path.name for path in campaign_files(workspace)]
    assert names == ["autumn.yml", "broken.yaml", "spring.yaml"]


@pytest.mark.parametrize("name", ["open-day", "spring", "campaigns/spring.yaml", "spring.yaml"])
def test_a_campaign_is_found_by_its_name_or_its_file(workspace: Settings, name: str) -> None:
    assert find_campaign(name, workspace).campaign.name == "open-day"


def test_a_name_in_quotes_is_found(workspace: Settings) -> None:
    assert find_campaign("autumn", workspace).path.name == "autumn.yml"


def test_a_file_that_cannot_be_read_is_told_when_it_is_asked_for(workspace: Settings) -> None:
    with pytest.raises(UnreadableFile):
        find_campaign("broken", workspace)


def test_an_unknown_campaign_has_a_hint(workspace: Settings) -> None:
    with pytest.raises(UnknownCampaign) as caught:
        find_campaign("open-dya", workspace)
    assert str(caught.value) == ("there is no campaign 'open-dya'\n  did you mean 'open-day'?")


def test_two_files_of_one_name_are_told(workspace: Settings) -> None:
    (workspace.campaigns / "copy.yaml").write_text(SMALL.replace("campaign: x", "campaign: autumn"))
    with pytest.raises(TwiceDefined, match="several files define the campaign 'autumn'"):
        find_campaign("autumn", workspace)


# --- the schema --------------------------------------------------------------------------


def valid(text: str) -> list[str]:
    """What the JSON Schema says against a text that a YAML library has read."""
    schema: dict[str, Any] = json_schema("campaign")
    jsonschema.Draft202012Validator.check_schema(schema)
    validator = jsonschema.Draft202012Validator(schema)
    return [error.message for error in validator.iter_errors(yaml.safe_load(text))]


@pytest.mark.parametrize("text", [FULL, SMALL])
def test_the_schema_accepts_what_the_reader_accepts(text: str) -> None:
    assert valid(text) == []


def test_the_sample_campaigns_are_good_and_fit_the_schema() -> None:
    files = sorted((samples_folder() / "campaigns").glob("*.yaml"))
    for file in files:
        assert read_campaign(file).campaign.name
        assert valid(file.read_text(encoding="utf-8")) == [], file.name


@pytest.mark.parametrize(
    "text",
    [
        SMALL + "titel: x\n",
        HEAD,
        HEAD + "steps: []\n",
        HEAD + "steps: [{step: a, channel: call, subject: x}]\n",
        HEAD + "steps: [{step: a, channel: phone}]\n",
        SMALL + "start: [1]\n",
    ],
)
def test_the_schema_refuses_what_an_editor_can_see(text: str) -> None:
    assert valid(text) != []


def test_every_key_of_the_schema_says_what_it_means() -> None:
    schema = json_schema("campaign")
    for shape in (schema, *schema["$defs"].values()):
        for key, value in shape["properties"].items():
            assert value.get("description"), key
