"""Header values that people give: nothing they hold can break or forge a header."""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import replace
from itertools import product

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st
from lxml.html import HTMLParser, document_fromstring
from sample_mail import (
    CONTENT,
    ENVELOPE,
    MARIE,
    NAUGHTY,
    display_name,
    parsed,
    part,
    under,
    well_formed,
    written,
)

from outreach.model.message import Message
from outreach.rendering.email import compose
from outreach.rendering.envelope import Unsubscribe
from outreach.rendering.headers import AddressNeedsUtf8, BadAddress, TooLong, UnsafeHeader
from outreach.rendering.mime import AttachedFile, NotMail
from outreach.rendering.pieces import LeftOver

PAIRS = [a + b for a, b in product(NAUGHTY, NAUGHTY)]
#: What could end a header or turn its reading round.
CONTROLS = (
    "\r\n",
    "\n",
    "\r",
    "\0",
    "\x0b",
    "\x1b",
    "\x7f",
    "\x85",
    "\u2028",
    "\u202e",
    "\u2066",
    "\ud800",
)


def test_no_string_of_a_person_breaks_headers_or_parts() -> None:
    """The name, the subject, the text and the HTML come back as they went in."""
    assert len(PAIRS) == 576
    for value in PAIRS:
        name = value.strip(" ")
        escaped = value.replace("&", "&amp;").replace("<", "&lt;")
        content = written(f"Pour {value}.", f"<p>{escaped}</p>", f"Bonjour {value}\n.\n")
        message = compose(replace(ENVELOPE, recipient_name=value), content)
        back = parsed(message)
        assert well_formed(message), value
        assert not back.defects, value
        assert display_name(message, "To") == name
        assert [to.addr_spec for to in back["To"].addresses] == ["anne@b.example"]
        assert back["Subject"] == f"Pour {value}."
        assert back["From"].addresses[0].addr_spec == "marie@atelier.example"
        assert back["Bcc"] is None
        assert part(message, "plain") == f"Bonjour {value}\n.\n"
        parser = HTMLParser(encoding="utf-8")
        root = document_fromstring(part(message, "html").encode(), parser=parser)
        assert "".join(map(str, root.itertext())).rstrip("\n") == value


@settings(max_examples=200, deadline=None)
@given(
    name=st.text(st.characters(exclude_categories=["Cs", "Cc"]), max_size=120),
    text=st.text(st.characters(exclude_categories=["Cs"]), max_size=300),
)
@example(name="", text="\ufdd0")
@example(name="\ufdd1", text="")
def test_any_name_is_refused_or_comes_back(name: str, text: str) -> None:
    try:
        message = compose(replace(ENVELOPE, recipient_name=name), written("Objet", None, text))
    except (UnsafeHeader, LeftOver):
        return
    except NotMail:
        # The only text that no message may hold: the marks of slots.
        assert {"\ufdd0", "\ufdd1"} & set(name + text)
        return
    assert well_formed(message)
    assert display_name(message, "To") == name.strip(" \t\r\n")
    assert [to.addr_spec for to in parsed(message)["To"].addresses] == ["anne@b.example"]
    seen = re.sub("[\x00-\x08\x0b\x0c\x0e-\x1f\x7f-\x9f]", " ", text)
    expected = seen.replace("\r\n", "\n").replace("\r", "\n").strip("\n") + "\n"
    assert part(message, "plain") == expected


@pytest.mark.parametrize("control", CONTROLS)
def test_a_control_character_in_any_header_is_an_error_that_names_the_field(control: str) -> None:
    bad = f"x{control}Bcc: thief@evil.example"
    cases: dict[str, Callable[[], Message]] = {
        "to": lambda: compose(replace(ENVELOPE, recipient_name=bad), CONTENT),
        "subject": lambda: compose(ENVELOPE, replace(CONTENT, subject=bad)),
        "from": lambda: compose(under(sender=replace(MARIE, display_name=bad)), CONTENT),
        "reply_to": lambda: compose(under(sender=replace(MARIE, reply_to=bad)), CONTENT),
        "title": lambda: compose(under(list_name=bad), CONTENT),
        "attachment": lambda: compose(ENVELOPE, CONTENT, [AttachedFile(bad, b"")]),
    }
    for field, act in cases.items():
        with pytest.raises(UnsafeHeader, match=rf"^{field} holds a control character") as caught:
            act()
        assert caught.value.field == field
    with pytest.raises(UnsafeHeader):
        compose(replace(ENVELOPE, recipient=f"a{control}b@c.example"), CONTENT)


@pytest.mark.parametrize(
    "address",
    ["nobody", "a@", "@b.example", "a b@c.example", "a@b@c.example", "a..b@c.example",
     "a@b..example", "a@b.example>", "<a@b.example", "a,b@c.example", "a@-é-.example",
     f"{'a' * 65}@b.example"],
)  # fmt: skip
def test_what_is_no_address_is_refused(address: str) -> None:
    with pytest.raises(BadAddress):
        compose(replace(ENVELOPE, recipient=address), CONTENT)


def test_the_domain_of_an_address_is_written_in_ascii() -> None:
    message = compose(replace(ENVELOPE, recipient="elise@Bücher.example"), CONTENT)
    assert message.recipient == "elise@xn--bcher-kva.example"
    assert b"To: Anne Le Goff <elise@xn--bcher-kva.example>\r\n" in message.content


def test_accents_before_the_at_sign_stay_for_a_server_with_smtputf8() -> None:
    """RFC 6532: the address stands in UTF-8, everything else of the message in ASCII."""
    message = compose(replace(ENVELOPE, recipient="e\u0301lise@Bücher.example"), CONTENT)
    assert message.recipient == "élise@xn--bcher-kva.example"
    line = "To: Anne Le Goff <élise@xn--bcher-kva.example>\r\n".encode()
    assert line in message.content
    assert message.content.replace(line, b"").isascii()


@pytest.mark.parametrize("hidden", ["\u200b", "\u00a0", "\u3000", "\ufdd0", "\ue000", "\u00ad"])
def test_an_address_holds_nothing_that_cannot_be_seen(hidden: str) -> None:
    with pytest.raises(BadAddress):
        compose(replace(ENVELOPE, recipient=f"a{hidden}é@b.example"), CONTENT)


def test_we_ourselves_write_from_ascii_addresses() -> None:
    for own in (
        replace(MARIE, address="élise@b.example"),
        replace(MARIE, reply_to="élise@b.example"),
        replace(MARIE, bounce="é+{token}@b.example"),
    ):
        with pytest.raises(AddressNeedsUtf8):
            compose(under(sender=own), CONTENT)


def test_names_and_subjects_have_an_end() -> None:
    with pytest.raises(TooLong, match="to has 129 characters"):
        compose(replace(ENVELOPE, recipient_name="x" * 129), CONTENT)
    with pytest.raises(TooLong):
        compose(ENVELOPE, replace(CONTENT, subject="é" * 501))
    message = compose(
        replace(ENVELOPE, recipient_name="x " * 64), replace(CONTENT, subject="x" * 500)
    )
    assert well_formed(message)
    assert parsed(message)["Subject"] == "x" * 500


def test_a_long_unsubscribe_link_stays_raw_and_in_one_piece() -> None:
    url = "https://atelier.example/unsubscribe/" + "x" * 200
    envelope = under(unsubscribe=Unsubscribe("mailto:a@b.example?subject=no", url))
    message = compose(envelope, CONTENT)
    header = f"List-Unsubscribe: <{url}>,\r\n <mailto:a@b.example?subject=no>\r\n"
    assert header.encode() in message.content
    assert b"List-Unsubscribe-Post: List-Unsubscribe=One-Click\r\n" in message.content


def test_ways_out_are_written_for_each_token_as_for_the_first() -> None:
    """How they are folded depends on how long a token is."""
    ways = Unsubscribe(
        "mailto:a@b.example?subject=no-{token}", "https://atelier.example/u/{token}?again={token},"
    )
    used = under(unsubscribe=ways)
    for token in ("a" * 31, "b" * 31, "c" * 40, "d", "7" * 31, "t", "{token}"):
        fresh = compose(replace(under(unsubscribe=ways), token=token), CONTENT)
        page = f"https://atelier.example/u/{token}?again={token}%2C"
        written = " ".join(parsed(fresh)["List-Unsubscribe"].split())
        assert written == f"<{page}>, <mailto:a@b.example?subject=no-{token}>"
        assert compose(replace(used, token=token), CONTENT).content == fresh.content


@pytest.mark.parametrize("token", ["x>\r\nBcc: a@b.example", "x y", "é", "<"])
def test_a_token_that_would_break_the_header_is_an_error(token: str) -> None:
    compose(replace(ENVELOPE, token="x" * len(token)), CONTENT)  # one of that length is known
    with pytest.raises(NotMail, match="unsubscribe link"):
        compose(replace(ENVELOPE, token=token), CONTENT)


def test_without_a_page_there_is_no_one_click() -> None:
    message = parsed(compose(under(unsubscribe=Unsubscribe("mailto:a@b.example")), CONTENT))
    assert message["List-Unsubscribe"] == "<mailto:a@b.example>"
    assert message["List-Unsubscribe-Post"] is None


@pytest.mark.parametrize("url", ["http://a.example/u", "https://a.example/é", "https://a> <b", ""])
def test_an_unsubscribe_link_that_mail_programs_refuse_is_an_error(url: str) -> None:
    unsubscribe = Unsubscribe(url or "mailto:a b", url or None)
    with pytest.raises(NotMail, match="unsubscribe link"):
        compose(under(unsubscribe=unsubscribe), CONTENT)


def test_a_thread_of_many_messages_keeps_its_first_and_its_latest() -> None:
    ids = tuple(f"<{number:03}@atelier.example>" for number in range(100))
    back = parsed(compose(replace(ENVELOPE, follows=ids), CONTENT))
    assert back["In-Reply-To"] == ids[-1]
    assert str(back["References"]).split() == [ids[0], *ids[-9:]]


@pytest.mark.parametrize("bad", ["abc", "<abc>", "<a@b> <c@d>", "<a@b>\r\nBcc: x", "<é@b>", ""])
def test_an_id_of_a_message_is_one_id(bad: str) -> None:
    for envelope in (replace(ENVELOPE, message_id=bad), replace(ENVELOPE, follows=(bad,))):
        with pytest.raises(BadAddress):
            compose(envelope, CONTENT)


@pytest.mark.parametrize("name", ['"' * 64, "x" * 100, "\\" * 128, "a " * 60, "é" * 128])
def test_a_name_never_makes_a_line_that_is_too_long(name: str) -> None:
    """Quoting doubles some signs: a name that would pass 76 columns is encoded instead."""
    message = compose(replace(ENVELOPE, recipient_name=name), CONTENT)
    assert well_formed(message)
    assert display_name(message, "To") == name.strip()
    attached = compose(ENVELOPE, CONTENT, [AttachedFile(name.strip(), b"x")])
    assert well_formed(attached)
    (file,) = parsed(attached).iter_attachments()
    # The standard library takes signs of quotation off an encoded name.
    assert file.get_filename().strip('"') == name.strip().strip('"')
