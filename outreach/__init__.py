"""outreach: prospecting as one chain. This page is the map of the house.

Campaign definitions select people from a contact base with query expressions, render
letters and e-mails for them, send these at a chosen pace, write down every step of the
prospecting chain, and say afterwards what it cost and what came of it.

    doors        cli/             people and cron knock here; it opens the other door
                 web/             the preview in a browser, on this machine only
    parts        application.py   builds settings, store, transports and the clock, once
    loop         runner/          decide → do → record; a module per act
    things       files/           what people write and read: settings, campaigns, tables, letters
                 store/           the contact base and the event log, on SQLite or PostgreSQL
                 transports/      hand a message over: SMTP, a folder; DNS; the demo's own server
    activities   cleaning/        raw rows → drafts of contacts
                 scheduling/      when: which step is due, windows, pace, retries
                 rendering/       what: e-mails, Word letters, call guides; same input, same bytes
                 compliance/      may we: dated rules → allowed, or the reason why not
                 evaluation/      what came of it: tallies → rates, cost, profit
                 planning/        how much: from a goal to the effort
                 segmentation/    who: an expression → a tree → a predicate
    nouns        model/           frozen values: the words of the field
    ground       language.py      French or English, at the doors only
                 errors.py        what went wrong and what to do next, as values

A room imports only from rows below it; rooms of one row do not know each other. The rooms
named by an activity think: no I/O, no clock, no chance, no log. `make check` holds all this
(import contracts in pyproject.toml, tests/test_house.py).

One datum's walk:

    schools.csv:17 ─files.tables→ row ─cleaning→ draft ─store.contacts.put→ event IMPORTED
    where          ─segmentation→ condition ─store.audience→ candidates ─runner.launch→
                   audience (in, out with the reason, control) ─store.campaigns→ event ENROLLED
    enrolment      ─scheduling.sequence→ delivery DUE ─store.deliveries.claim→ CLAIMED (committed)
    delivery       ─runner.compose, rendering→ message ─scheduling.pace→ ─transports→ outcome
    outcome        ─runner.outcomes→ change ─store.ledger→ SENT + event TOUCHED (one transaction)
    record         ─runner.record→ REACHED appointment, quote, order …
    events         ─store.tallies→ tallies ─evaluation→ report ─cli→ the reader
"""

__version__ = "0.1.0"
