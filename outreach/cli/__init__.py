"""The command line: parse, ask the application for the parts, call one function, show.

Commands are found by name in `COMMANDS` and imported when they are used, so that
`outreach --help` costs little more than click itself.
"""

from __future__ import annotations

from outreach.cli.door import Door

#: topic → command → (module, what it does in a line). The order is the order of the help.
COMMANDS: dict[str, dict[str, tuple[str, str]]] = {
    "Start here": {
        "demo": ("demo", "The main job on sample data, end to end, nothing leaves this machine."),
        "init": ("workspace", "Make a new workspace in DIR."),
        "doctor": ("doctor", "Is everything there: mail servers, DNS, contact base, LibreOffice."),
        "schema": ("workspace", "Print the JSON Schema of campaign or settings files."),
    },
    "Who": {
        "contacts": ("contacts", "The contact base: import, list, count, show, fields, export."),
        "segment": ("segment", "Named selections: save, list, show, delete, explain."),
        "history": ("history", "Bring in campaigns and orders from elsewhere."),
        "suppress": ("suppress", "Who must not be written to."),
        "privacy": ("privacy", "Consents, oppositions, what people may ask about their data."),
        "store": ("store", "Copy the whole contact base, put a copy back, upgrade it."),
    },
    "Campaigns": {
        "check": ("check", "Every problem of CAMPAIGN, nothing sent."),
        "preview": ("preview", "What would leave, for whom."),
        "test": ("trial", "Send the whole chain to yourself, now; nothing is recorded."),
        "launch": ("launch", "Freeze the audience of CAMPAIGN and start it."),
        "run": ("run", "Do everything that is due now: the one command cron needs."),
        "status": ("status", "How far campaigns have come."),
        "pause": ("standing", "Hold CAMPAIGN back for a while."),
        "resume": ("standing", "Let CAMPAIGN go on after a pause."),
        "stop": ("standing", "End CAMPAIGN for good."),
        "campaign": ("campaign", "The campaigns there are: list, clone, renew, delete."),
        "settle": ("settle", "Say what became of messages whose outcome is unknown."),
    },
    "Every day": {
        "letters": ("letters", "The letters to print, and those that were posted."),
        "calls": ("calls", "The calls of the day: list, make them one by one, sheets, report."),
        "visits": ("visits", "The visits of the day: list, report them, sheets."),
        "tasks": ("tasks", "The other tasks of the day: list, tick off."),
        "today": ("today", "What the day asks of us: steps, promises, people who wait."),
        "record": ("record", "Record a step of the chain: a reply, an appointment, an order."),
        "undo": ("undo", "Take back the last recording, or one by its number."),
        "inquiries": ("inquiries", "Who came to us, from where, how well and fast answered."),
        "referrals": ("referrals", "Who recommended us to whom: list, add, ask, thank."),
        "why": ("why", "What a person got, what comes next, or why nothing comes."),
    },
    "What came of it, how much next": {
        "report": ("report", "The chain with its rates, cost and profit."),
        "portfolio": ("portfolio", "Prospects and customers: life stages, loyalty, worth."),
        "events": ("events", "Everything that happened, as a table for other programs."),
        "plan": ("plan", "How much to do next: goals, effort, visits, actions, lists."),
    },
}

main = Door(COMMANDS)
