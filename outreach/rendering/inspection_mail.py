"""What makes an e-mail look like junk, or be cut off: read off its subject and its message.

Pure, nothing is fetched. Sources: Gmail clips a page above 102 KB; the filters' own lists
(SpamAssassin's SUBJ_ALL_CAPS, HTML_IMAGE_ONLY_*, PLING_PLING, FAKE_REPLY).
"""

from __future__ import annotations

import re
from collections.abc import Iterator

from outreach.errors import Text
from outreach.model.message import Message
from outreach.rendering.inspection_links import Fault
from outreach.rendering.mail_source import VALUE

#: Bytes of HTML.
LARGEST_PAGE = 100_000
#: Bytes of one picture: on a telephone a larger one is waited for.
LARGEST_PICTURE = 1_000_000
#: Words a page with pictures should have at least.
FEWEST_WORDS = 20

_REPLY = re.compile(r"\s*(re|tr|fwd?|rép|ref)\s*:", re.IGNORECASE)
_UNSEEN = re.compile(r"<(style|script|title)\b.*?</\1\s*>|<!--.*?-->|<[^>]*>", re.I | re.S)
_PICTURE = re.compile(r"<img\b", re.IGNORECASE)


def subject_faults(subject: str, *, first: bool) -> Iterator[Fault]:
    """`subject` has `VALUE` for its values; `first`: it continues no other message."""
    own = subject.replace(VALUE, "")
    letters = [character for character in own if character.isalpha()]
    capitals = sum(character.isupper() for character in letters)
    if len(letters) >= 8 and capitals > 0.7 * len(letters):
        yield (
            Text("the subject is in capitals"),
            Text("filters take it for junk, readers for shouting: write it as a sentence"),
        )
    if own.count("!") > 1:
        yield Text("the subject has several exclamation marks"), Text("one is enough, none better")
    reply = _REPLY.match(own)
    if first and reply:
        yield (
            Text("the subject begins with {mark}: and answers nothing", mark=reply[1]),
            Text("readers and filters take it for a trick: leave it out"),
        )


def unsubscribe_faults(names: frozenset[str], text: str) -> Iterator[Fault]:
    """`names`: all that the templates name; `text`: what they say themselves."""
    if "unsubscribe_url" not in names and not re.search(r"unsubscribe|désinscri|désabonn", text):
        yield (
            Text("the message has no link to unsubscribe"),
            Text('write <a href="{link}">…</a> at its end', link="{{ unsubscribe_url }}"),
        )


def message_faults(message: Message) -> Iterator[Fault]:
    """What one finished message shows that its templates do not."""
    html = message.html or ""
    size = len(html.encode())
    if size > LARGEST_PAGE:
        yield (
            Text("the HTML of the message has {size} KB", size=size // 1000),
            Text("Gmail cuts it off at 102 KB, with the link to unsubscribe: make it shorter"),
        )
    words = len(_UNSEEN.sub(" ", html).split())
    if _PICTURE.search(html) and words < FEWEST_WORDS:
        yield (
            Text("the message is hardly more than a picture"),
            Text("filters take it for junk, and many read without pictures: write it in words"),
        )


def large_picture(path: str, size: int) -> Fault:
    """For a file of more than `LARGEST_PICTURE` bytes."""
    return (
        Text("the picture {path!r} has {size} KB", path=path, size=size // 1000),
        Text("it goes with every message: save it smaller, 600 to 1,200 pixels wide"),
    )
