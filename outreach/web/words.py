"""The words of the pages, in the reader's language."""

from __future__ import annotations

from collections.abc import Mapping

from outreach.errors import Text
from outreach.language import Language

#: By the name that the pages call them.
WORDS: Mapping[str, Text] = {
    "preview": Text("Preview"),
    "nothing_sent": Text("Nothing is sent and nothing is written down."),
    "people": Text("People"),
    "steps": Text("Steps"),
    "previous": Text("Previous person"),
    "next": Text("Next person"),
    "find": Text("Somebody else"),
    "find_hint": Text("an e-mail address, an identifier or a name"),
    "show": Text("Show"),
    "keys": Text("Keys: ← → or k j change the person, ↑ ↓ the step."),
    "phone": Text("On a phone, 360 wide"),
    "desktop": Text("On a desk, 680 wide"),
    "text": Text("The text part"),
    "headers": Text("Headers"),
    "as_sent": Text("As they go over the wire"),
    "attached": Text("Attached files"),
    "from": Text("From"),
    "to": Text("To"),
    "subject": Text("Subject"),
    "date": Text("Date"),
    "held": Text("Would be held"),
    "skipped": Text("Would be passed over"),
    "outside": Text("Would get nothing"),
    "only_where": Text("Only where"),
    "variant": Text("Variant"),
    "warnings": Text("What the check says"),
    "no_warnings": Text("The check finds nothing."),
    "known": Text("What is known of this person"),
    "field": Text("Field"),
    "value": Text("Value"),
    "missing": Text("no value"),
    "reasons": Text("Chosen because"),
    "letter_pages": Text("The letter, page by page"),
    "making": Text("The pages are being made…"),
    "letter_text": Text("The text of the letter"),
    "no_pages": Text("The letter cannot be drawn here"),
    "remote": Text("Pictures from elsewhere are not loaded here"),
    "no_html": Text("This e-mail has no HTML: its text is all there is."),
    "by_hand": Text("Somebody does this by hand."),
    "guide": Text("The guide of the call"),
    "calendar": Text("Calendar"),
    "back": Text("Back to the people"),
    "day": Text("Day"),
    "step": Text("Step"),
    "channel": Text("Channel"),
    "number": Text("Number"),
    "at_most": Text("At most: whoever answers or does not fit a condition drops out."),
    "skip": Text("To the content"),
    "not_found": Text("There is nothing here."),
    "download": Text("Save"),
}


class Words:
    """`w.next` is what the pages call the sentence of that name."""

    def __init__(self, language: Language) -> None:
        self._words = {name: language.say(text) for name, text in WORDS.items()}
        # French puts a space before it that does not break.
        self._words["colon"] = "\N{NO-BREAK SPACE}:" if language.code == "fr" else ":"

    def __getitem__(self, name: str) -> str:
        return self._words[name]
