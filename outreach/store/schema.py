"""The whole schema: every table and column, and why it exists.

Laid once, for everything the program is to do; some of it stays empty until the
part that fills it is built. Conventions:

* money is an integer in minor units (`…_minor`), instants are aware UTC (`…_at`),
  dates without a time end in `_on`;
* text that people compare has a folded twin (`city_folded`): case and accents
  removed by `model.text.fold`, so both databases agree and no function runs per row;
* text the program chooses (states, kinds, channels) is stored as its word;
* a field of the user's is a real column of `contact`, named `f_…`, added when it
  first appears (`ALTER TABLE … ADD COLUMN` takes a millisecond in both databases);
* nothing is deleted that tells what happened: `event` is only added to;
* what points at another table is a foreign key; in PostgreSQL triggers take the place of
  those of the three great tables (`references.py`), and in both databases they count states
  and arms (`counted.py`).

`REVISION` names the schema; `migrations/` leads to it (a test compares them).
"""

from __future__ import annotations

from typing import Any

from sqlalchemy import (
    Column,
    ForeignKey,
    Identity,
    Index,
    MetaData,
    Table,
    Text,
    UniqueConstraint,
    text,
)
from sqlalchemy.types import TypeEngine

from outreach.model.field import STANDARD, FieldType
from outreach.store.types import Day, Flag, Instant, Json, Number, Whole

#: The revision that this program writes and reads.
REVISION = "0007"

#: Every revision this program can bring up to `REVISION`, oldest first.
REVISIONS: tuple[str, ...] = ("0001", "0002", "0003", "0004", "0005", "0006", "0007")

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_name)s",
        "pk": "pk_%(table_name)s",
    }
)


def _table(name: str, *items: Any) -> Table:
    return Table(name, metadata, *items, sqlite_strict=True)


def _id() -> Column[Any]:
    return Column("id", Whole, primary_key=True)


def _link(name: str, target: str, *, index: bool = False, required: bool = False) -> Column[Any]:
    return Column(name, Whole, ForeignKey(f"{target}.id"), index=index, nullable=not required)


def column_type(type_: FieldType) -> TypeEngine[Any]:
    """The column that holds a field of that type."""
    types: dict[FieldType, TypeEngine[Any]] = {
        FieldType.TEXT: Text(),
        FieldType.INTEGER: Whole,
        FieldType.NUMBER: Number(),
        FieldType.DATE: Day(),
        FieldType.DATETIME: Instant(),
        FieldType.BOOLEAN: Flag(),
        FieldType.MONEY: Whole,
    }
    return types[type_]


def _standard_columns() -> list[Column[Any]]:
    """One column per standard field, and its folded twin where people compare it."""
    columns: list[Column[Any]] = []
    for field in STANDARD:
        columns.append(Column(field.name, Text))
        if field.has_twin:
            columns.append(Column(f"{field.name}_folded", Text))
    return columns


# --- the workspace ---------------------------------------------------------------------

#: One row per fact about this store: its identity (`store_id`), the secret that
#: fingerprints, tokens and Message-IDs are derived from, the machine it last sent from
#: (a copied or restored store is recognised by it and must be confirmed). A copy, and a store
#: put back from one, also says since when (`copied_at`).
meta = _table(
    "meta",
    Column("key", Text, primary_key=True),
    Column("value", Text, nullable=False),
)

#: Where `alembic` and the program read the revision of the store.
alembic_version = _table(
    "alembic_version",
    Column("version_num", Text, primary_key=True),
)

#: One row per `run`: whose claims are still open is known by it, and whether its process
#: died. `boot_id` tells a crash of the process from a crash of the machine.
run = _table(
    "run",
    _id(),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("host", Text),
    Column("pid", Whole),
    Column("boot_id", Text),
    #: What it did, as the summary line's numbers.
    Column("summary", Json),
)

# --- who: contacts, companies, where they come from --------------------------------------

#: The user's own fields: the catalogue of `f_…` columns.
field = _table(
    "field",
    _id(),
    #: The name in expressions and templates.
    Column("name", Text, nullable=False, unique=True),
    #: The header it came under.
    Column("label", Text, nullable=False),
    #: The column of `contact`; its twin is `<column>_folded`.
    Column("column_name", Text, nullable=False, unique=True),
    Column("type", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    #: A deleted field keeps its column until the store is upgraded, so that undo is possible.
    Column("deleted_at", Instant),
)

#: Firms and sites that group people: a reply from one can stop his colleagues.
company = _table(
    "company",
    _id(),
    Column("name", Text, nullable=False),
    Column("name_folded", Text, nullable=False),
    Column("siren", Text, index=True),
    Column("domain", Text, index=True),
    Column("created_at", Instant, nullable=False),
    # Many firms bear one name: an import finds the one of a domain without reading the others.
    Index("ix_company_name_folded_domain", "name_folded", "domain"),
)

#: One list obtainable or obtained (plan fichier): its origin, price, licence, uses left.
source = _table(
    "source",
    _id(),
    Column("name", Text, nullable=False, unique=True),
    #: internal, exchanged, rented, bought, created, directory.
    Column("origin", Text),
    Column("licence", Text),
    #: Rented lists: how many campaigns may still use it. NULL is no limit.
    Column("uses_left", Whole),
    Column("cost_minor", Whole),
    Column("obtained_on", Day),
    Column("note", Text),
)

#: One reading of one file: what it was, what it did, and that it can be undone whole.
import_run = _table(
    "import_run",
    _id(),
    _link("source_id", "source"),
    Column("file", Text, nullable=False),
    Column("sha256", Text),
    Column("started_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("undone_at", Instant),
    #: header → field, as it was understood.
    Column("mapping", Json),
    #: read, created, updated, unchanged, merged, rejected.
    Column("counts", Json),
)

#: People and sites.
contact = _table(
    "contact",
    _id(),
    *_standard_columns(),
    _link("company_id", "company", index=True),
    #: Keyed fingerprints (HMAC) of the normalised e-mail and numbers: what suppressions are
    #: matched by, so that an erased person stays suppressed without being known.
    #: Without indexes: they are random, and people are looked up by the folded twins.
    Column("email_print", Text),
    Column("phone_print", Text),
    Column("mobile_print", Text),
    #: The part after @, as an A-label: limits and suppressions per domain.
    Column("email_domain", Text),
    #: What `one_per: household` groups by: the folded postal address. NULL without one.
    Column("household", Text, index=True),
    #: Where the person's clock stands, when it is not the workspace's zone.
    Column("timezone", Text),
    #: Set by a bounce or by returned post; cleared when the address changes.
    Column("email_bounced_at", Instant),
    Column("post_returned_at", Instant),
    #: Team: who looks after this contact (a key of the settings' `team`).
    Column("owner", Text),
    # Derived from events, kept in the event's transaction, rebuilt at will.
    Column("order_count", Whole, nullable=False, server_default="0"),
    Column("revenue_minor", Whole, nullable=False, server_default="0"),
    Column("margin_minor", Whole, nullable=False, server_default="0"),
    Column("first_order_on", Day),
    Column("last_order_on", Day),
    Column("last_contacted_on", Day),
    Column("last_reply_on", Day),
    Column("touch_count", Whole, nullable=False, server_default="0"),
    #: The furthest stage in the campaign that last moved.
    Column("stage", Text),
    # Interest (B2): arid, latent, active, inbound; why; and when to come back.
    Column("interest", Text),
    Column("interest_reason", Text),
    Column("interest_until", Day),
    #: A life stage set by hand, with its reason; it wins over the computed one.
    Column("life_stage_override", Text),
    Column("life_stage_reason", Text),
    # Portfolio (B7, B13): potential turnover a year, ease of conquest 1–5, type of customer.
    Column("potential_minor", Whole),
    Column("ease_of_conquest", Whole),
    Column("customer_type", Text),
    Column("customer_type_folded", Text),
    #: Last act that came from the person: what retention is counted from. Opens do not count.
    Column("last_active_at", Instant),
    #: When the person was told where the data comes from (GDPR art. 14).
    Column("informed_at", Instant),
    #: Fields past the databases' column limit, and nested values.
    Column("extra", Json),
    _link("import_id", "import_run", index=True),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
    #: This contact was found to be another one: everything it had points there.
    Column("merged_into", Whole, ForeignKey("contact.id")),
    #: Emptied on request; the row stays so that counts and events stay true.
    Column("erased_at", Instant),
    Index("ix_contact_external_id_folded", "external_id_folded"),
    Index("ix_contact_email_folded", "email_folded"),
    Index("ix_contact_phone_folded", "phone_folded"),
    Index("ix_contact_mobile_folded", "mobile_folded"),
    Index("ix_contact_siret", "siret"),
    Index("ix_contact_last_name_folded", "last_name_folded"),
    Index("ix_contact_company_folded", "company_folded"),
    Index("ix_contact_city_folded", "city_folded"),
    # The few who are to be come back to: `today` asks every morning who has his day.
    Index(
        "ix_contact_interest_until",
        "interest_until",
        sqlite_where=text("interest_until IS NOT NULL"),
    ),
    # The few who are merged or erased: who is left is counted without reading a row.
    Index(
        "ix_contact_gone",
        "merged_into",
        "erased_at",
        sqlite_where=text("merged_into IS NOT NULL OR erased_at IS NOT NULL"),
    ),
)

#: Labels people put on contacts.
tag = _table(
    "tag",
    Column("contact_id", Whole, ForeignKey("contact.id"), primary_key=True),
    Column("tag_folded", Text, primary_key=True),
    Column("tag", Text, nullable=False),
    Index("ix_tag_tag_folded", "tag_folded"),
)

#: Cells that were set aside (with a reason) or written in a cleaner form (without one).
set_aside = _table(
    "set_aside",
    _id(),
    _link("contact_id", "contact", index=True, required=True),
    _link("import_id", "import_run"),
    Column("field", Text, nullable=False),
    Column("original", Text, nullable=False),
    #: English msgid and values of the reason; NULL when cleaning only rewrote the value.
    Column("reason", Json),
    UniqueConstraint("contact_id", "field", "original"),
)

#: What one import did to one contact, so that it can be undone: the values before it.
import_change = _table(
    "import_change",
    Column("import_id", Whole, ForeignKey("import_run.id"), primary_key=True),
    Column("contact_id", Whole, ForeignKey("contact.id"), primary_key=True),
    #: NULL: the import created the contact.
    Column("before", Json),
)

#: Pairs that a person decided about: never proposed again (or merged, and by whom).
duplicate_decision = _table(
    "duplicate_decision",
    Column("low_id", Whole, ForeignKey("contact.id"), primary_key=True),
    Column("high_id", Whole, ForeignKey("contact.id"), primary_key=True),
    #: same, different.
    Column("decision", Text, nullable=False),
    Column("decided_at", Instant, nullable=False),
    Column("author", Text),
)

#: Named selections.
segment = _table(
    "segment",
    _id(),
    Column("name", Text, nullable=False, unique=True),
    Column("expression", Text, nullable=False),
    Column("created_at", Instant, nullable=False),
    Column("updated_at", Instant, nullable=False),
)

# --- what: campaigns and their people --------------------------------------------------

#: A launched campaign. Deleting one hides it; its history stays.
campaign = _table(
    "campaign",
    _id(),
    Column("name", Text, nullable=False, unique=True),
    Column("title", Text),
    #: running, paused, stopped, finished.
    Column("state", Text, nullable=False),
    #: Since when, and why, where somebody or a breaker said so: a sentence of `model/said`.
    Column("state_at", Instant),
    Column("state_reason", Json),
    #: The file it came from, as it read at launch: the definition in force.
    Column("file", Text),
    Column("definition", Text, nullable=False),
    #: Of the template set (and the definition): a change stops `run` until confirmed.
    Column("fingerprint", Text, nullable=False),
    #: Draws (order, control, variants) depend on it and on nothing else.
    Column("salt", Text, nullable=False),
    Column("launched_at", Instant, nullable=False),
    Column("finished_at", Instant),
    Column("deleted_at", Instant),
    #: launch, or history (imported from elsewhere).
    Column("origin", Text, nullable=False, server_default="launch"),
    Column("matched", Whole, nullable=False),
    Column("selected", Whole, nullable=False),
    #: Launched for the first few only: it may be launched again for the rest.
    Column("pilot", Flag),
    #: Contacts on file that were no customers at launch: the base of prospect coverage (B4).
    Column("prospects_on_file", Whole),
    #: The campaign this one renews.
    Column("renews_id", Whole, ForeignKey("campaign.id")),
)

#: The steps of a launched campaign; the ledger and the tallies point at them.
step = _table(
    "step",
    _id(),
    _link("campaign_id", "campaign", required=True),
    Column("name", Text, nullable=False),
    Column("channel", Text, nullable=False),
    Column("position", Whole, nullable=False),
    UniqueConstraint("campaign_id", "name"),
)

#: The audience, frozen at launch: everyone matched, in or out, and why.
enrolment = _table(
    "enrolment",
    Column("campaign_id", Whole, ForeignKey("campaign.id"), primary_key=True),
    Column("contact_id", Whole, ForeignKey("contact.id"), primary_key=True),
    #: enrolled, control, excluded.
    Column("arm", Text, nullable=False),
    #: Of an exclusion.
    Column("reason", Text),
    #: Kind at launch: tells new customers from old ones, prospects from suspects.
    Column("kind", Text),
    #: The stratum the control was drawn in, on request.
    Column("stratum", Text),
    #: Rank in the stable order: pilots and limits take the lowest.
    Column("rank", Whole),
    #: Sticky: follow-ups leave from the sender that wrote first.
    Column("sender", Text),
    #: Team: the seller this person was given to.
    Column("owner", Text),
    #: The furthest stage of the chain reached: its name and its place (contacted is 0).
    Column("stage", Text),
    Column("stage_rank", Whole),
    Column("stopped_at", Instant),
    #: The fact that stopped the chain.
    Column("stop_reason", Text),
    #: 1 at launch, higher for people and waves added later.
    Column("wave", Whole, nullable=False, server_default="1"),
    Column("enrolled_at", Instant, nullable=False),
    Index("ix_enrolment_contact_id", "contact_id"),
)

#: Deliveries of which something is said (`detail`): what is missing, what a server answered.
EXPLAINED = "state IN ('held', 'refused') OR state = 'due' AND detail IS NOT NULL"

#: One bundle of letters: printed together, posted together.
print_batch = _table(
    "print_batch",
    _id(),
    _link("campaign_id", "campaign", required=True),
    _link("step_id", "step", required=True),
    Column("made_at", Instant, nullable=False),
    Column("folder", Text, nullable=False),
    Column("letters", Whole, nullable=False),
    Column("posted_on", Day),
)

#: The ledger. One row per (campaign, step, occurrence, contact), ever: unique here, so that
#: no program and no person can make a second. `occurrence` is 1 but for waves and repeats.
delivery = _table(
    "delivery",
    _id(),
    _link("campaign_id", "campaign", required=True),
    _link("step_id", "step", required=True),
    Column("occurrence", Whole, nullable=False, server_default="1"),
    _link("contact_id", "contact", index=True, required=True),
    Column("channel", Text, nullable=False),
    #: due, claimed, sent, refused, unknown, held, skipped, cancelled.
    Column("state", Text, nullable=False),
    #: When it may be done. A deferral moves it.
    Column("due_at", Instant, nullable=False),
    Column("variant", Text),
    Column("sender", Text),
    #: Team: who is to make the call or the visit.
    Column("assignee", Text),
    Column("attempts", Whole, nullable=False, server_default="0"),
    #: Of the claim: which run, since when.
    Column("run_id", Whole, ForeignKey("run.id")),
    Column("claimed_at", Instant),
    #: Fixed at the first claim: the same bytes whenever it is sent again on purpose. Without an
    #: index: they are random, and nobody is looked up by them.
    Column("message_id", Text),
    Column("message_date", Instant),
    #: The address it went to, kept though the contact may change.
    Column("address", Text),
    #: Of the templates it was made with.
    Column("fingerprint", Text),
    #: What ended it: the server's reply, the missing field names, the reason of a skip.
    Column("detail", Text),
    #: When it ended; of what a server put off, when it was last tried.
    Column("settled_at", Instant),
    #: What this touch cost.
    Column("cost_minor", Whole),
    #: Letters: the bundle it was printed in.
    _link("batch_id", "print_batch", index=True),
    UniqueConstraint("campaign_id", "step_id", "occurrence", "contact_id"),
    # In the order in which it is read, page by page: all of a launch may be due at one instant.
    Index("ix_delivery_state_due_at_id", "state", "due_at", "id"),
    # What has left since an instant: limits by the hour and the day, breakers. Entries are added
    # at its end, and those that were never tried are not in it.
    Index(
        "ix_delivery_settled_at",
        "settled_at",
        sqlite_where=text("settled_at IS NOT NULL"),
    ),
    # The few that wait for a value, were refused, or are tried again: why is said by `status`.
    Index(
        "ix_delivery_explained",
        "campaign_id",
        "state",
        sqlite_where=text(EXPLAINED),
    ),
)

#: How many deliveries are in each state and how many people in each arm: kept by triggers, so
#: that nobody counts millions of rows to say how far a campaign has come (`counted.py`).
counted = _table(
    "counted",
    Column("campaign_id", Whole, primary_key=True, autoincrement=False),
    #: The state or the arm.
    Column("what", Text, primary_key=True),
    #: SQLite: always 0. PostgreSQL: which addend it is; the number is the sum of them.
    Column("part", Whole, Identity(), primary_key=True),
    Column("number", Whole, nullable=False),
)

#: Speed limits that hold across processes and restarts: the next free slot per key (GCRA).
pace = _table(
    "pace",
    Column("key", Text, primary_key=True),
    #: Theoretical arrival time of the next message.
    Column("free_at", Instant, nullable=False),
    #: A server or provider asked for silence until then (421, reputation).
    Column("closed_until", Instant),
    Column("reason", Text),
)

# --- what happened -----------------------------------------------------------------------

#: Only ever added to. A person's stage and every rate are folds over these rows.
event = _table(
    "event",
    _id(),
    #: When it happened, and when we were told.
    Column("at", Instant, nullable=False),
    Column("recorded_at", Instant, nullable=False),
    Column("kind", Text, nullable=False),
    _link("contact_id", "contact", required=True),
    _link("campaign_id", "campaign"),
    _link("step_id", "step"),
    _link("delivery_id", "delivery"),
    Column("channel", Text),
    #: Of `reached`: the stage or the fact. Of `touched`: `no_answer` when it reached nobody,
    #: `done` of a task, which touches nobody. Of `changed`: a life stage set by hand, `computed`
    #: where it is so no longer.
    Column("stage", Text),
    Column("amount_minor", Whole),
    Column("margin_minor", Whole),
    Column("cost_minor", Whole),
    Column("minutes", Number),
    Column("km", Number),
    #: Team: who did or recorded it.
    Column("author", Text),
    Column("note", Text),
    Column("data", Json),
    #: The event this one takes back.
    Column("corrects", Whole, ForeignKey("event.id")),
    _link("import_id", "import_run"),
    Index("ix_event_contact_id_at", "contact_id", "at"),
    Index("ix_event_campaign_id_kind", "campaign_id", "kind"),
    Index("ix_event_kind_at", "kind", "at"),
    # Every question about the past leaves out what was taken back.
    Index(
        "ix_event_corrects",
        "corrects",
        sqlite_where=text("corrects IS NOT NULL"),
    ),
)

#: Promised and planned beside campaigns: call back, latent people to come back to, thank a
#: referrer, answer an inbound request. Nobody is dropped silently because of it.
follow_up = _table(
    "follow_up",
    _id(),
    _link("contact_id", "contact", index=True, required=True),
    _link("campaign_id", "campaign"),
    _link("delivery_id", "delivery"),
    #: call_back, come_back, thank, ask_referral, answer, promise.
    Column("kind", Text, nullable=False),
    Column("due_on", Day, nullable=False, index=True),
    Column("owner", Text),
    Column("note", Text),
    Column("created_at", Instant, nullable=False),
    Column("done_at", Instant),
)

#: Who came to us by himself: origin, quality and speed of our answer (S3).
inquiry = _table(
    "inquiry",
    _id(),
    _link("contact_id", "contact", index=True, required=True),
    #: An old campaign it answers, however late.
    _link("campaign_id", "campaign"),
    Column("at", Instant, nullable=False),
    #: reputation, recommendation, former customer, web, fair…
    Column("origin", Text),
    Column("subject", Text),
    Column("answered_at", Instant),
    Column("quality", Whole),
    Column("note", Text),
)

#: Who recommended whom, and what came of it (the network of prescribers).
referral = _table(
    "referral",
    _id(),
    Column("referrer_id", Whole, ForeignKey("contact.id"), nullable=False, index=True),
    Column("referred_id", Whole, ForeignKey("contact.id"), index=True),
    Column("at", Instant, nullable=False),
    Column("asked_on", Day),
    Column("thanked_on", Day),
    #: A fee makes the referrer an introducer.
    Column("fee_minor", Whole),
    Column("outcome", Text),
    Column("note", Text),
)

# --- may we ------------------------------------------------------------------------------

#: Who must not be contacted. Matched by keyed fingerprint; `value` goes with an erasure.
suppression = _table(
    "suppression",
    _id(),
    #: email, domain, phone, contact.
    Column("key", Text, nullable=False),
    Column("fingerprint", Text, nullable=False),
    Column("value", Text),
    #: email, phone, post, all.
    Column("scope", Text, nullable=False),
    Column("reason", Text, nullable=False),
    Column("source", Text),
    Column("note", Text),
    Column("at", Instant, nullable=False),
    #: Taken back; the row stays as proof.
    Column("removed_at", Instant),
    Index("ix_suppression_fingerprint", "fingerprint"),
)

#: The legal basis of contacting someone, per channel and purpose, with its proof.
consent = _table(
    "consent",
    _id(),
    _link("contact_id", "contact", index=True, required=True),
    Column("channel", Text, nullable=False),
    Column("purpose", Text, nullable=False),
    #: consent, soft_optin, legitimate_interest, contract.
    Column("basis", Text, nullable=False),
    Column("given_at", Instant, nullable=False),
    #: Form, text version, recording: what proves it.
    Column("evidence", Text),
    Column("withdrawn_at", Instant),
)

#: Requests of access, erasure, opposition, and when they were answered (GDPR art. 12).
privacy_request = _table(
    "privacy_request",
    _id(),
    Column("contact_id", Whole, ForeignKey("contact.id")),
    Column("fingerprint", Text),
    #: access, erasure, opposition, rectification, purge.
    Column("kind", Text, nullable=False),
    Column("received_at", Instant, nullable=False),
    Column("answered_at", Instant),
    Column("note", Text),
)

# --- what comes back -----------------------------------------------------------------------

#: How far each mailbox was read; moved only after a good read.
mailbox = _table(
    "mailbox",
    Column("name", Text, primary_key=True),
    Column("uid_validity", Whole),
    Column("last_uid", Whole),
    Column("read_at", Instant),
)

#: Messages already read, so that an overlap counts nothing twice.
received = _table(
    "received",
    Column("message_id", Text, primary_key=True),
    Column("mailbox", Text),
    Column("read_at", Instant, nullable=False),
    #: bounce, complaint, reply, auto_reply, opt_out, other.
    Column("kind", Text, nullable=False),
    _link("delivery_id", "delivery"),
)

# --- how much: the plan --------------------------------------------------------------------

#: Objectives (B5), quantitative or not, apart from those a campaign file states.
objective = _table(
    "objective",
    _id(),
    Column("name", Text, nullable=False, unique=True),
    #: result, means, qualitative.
    Column("kind", Text, nullable=False),
    Column("metric", Text),
    Column("unit", Text),
    Column("baseline", Number),
    Column("target", Number),
    Column("starts_on", Day),
    Column("ends_on", Day),
    Column("owner", Text),
    #: Area or product it is about.
    Column("scope", Text),
    Column("checkpoints", Json),
    Column("note", Text),
)

#: The commercial action plan (B6): who does what, with which means, until when.
action = _table(
    "action",
    _id(),
    _link("objective_id", "objective"),
    _link("campaign_id", "campaign"),
    Column("project", Text),
    Column("name", Text, nullable=False),
    #: conquest, loyalty, motivation, launch.
    Column("theme", Text),
    Column("steps", Json),
    Column("owner", Text),
    Column("means", Text),
    Column("budget_minor", Whole),
    Column("starts_on", Day),
    Column("ends_on", Day),
    #: short, medium, long.
    Column("term", Text),
    Column("created_at", Instant, nullable=False),
    Column("done_at", Instant),
    Column("result", Text),
)

#: Areas (B7): history there, size, pressure of competitors, penetration.
area = _table(
    "area",
    _id(),
    Column("name", Text, nullable=False, unique=True),
    #: The expression that says who is in it.
    Column("expression", Text, nullable=False),
    Column("potential_customers", Whole),
    Column("pressure", Whole),
    Column("weight", Number),
    Column("note", Text),
)

#: Losses seen coming (end of a big site): prospecting starts before them (B7).
planned_loss = _table(
    "planned_loss",
    _id(),
    _link("contact_id", "contact"),
    _link("company_id", "company"),
    Column("expected_on", Day, nullable=False),
    Column("yearly_revenue_minor", Whole, nullable=False),
    Column("cause", Text),
    Column("recorded_at", Instant, nullable=False),
)


def ready_for_postgresql() -> None:
    """The partial indexes, partial in PostgreSQL too.

    Said when a store is laid and no earlier: naming that dialect to an index imports the
    whole of it, which takes longer than a small command lasts.
    """
    for table in metadata.tables.values():
        for index in table.indexes:
            where = index.dialect_options["sqlite"].get("where")
            if where is not None:
                index.dialect_options["postgresql"]["where"] = where
