"""What becomes of each message when servers refuse, cut, keep silent or talk nonsense."""

from __future__ import annotations

import pytest
from baskets import Basket, carry, parcel, sent_to, way_out
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from strict_smtp import CUT, SILENCE, StrictServer

from outreach.model.delivery import Deferred, Outcome, Refused, Sent, Unknown
from outreach.transports import LoginRefused

BOTH = pytest.mark.parametrize("pipelining", [True, False], ids=["pipelined", "lock-step"])


# --- every row of the refusal table --------------------------------------------------------------

NO = "550 5.1.1 no such user"
LATER = "451 4.3.0 later"
TABLE = {
    "data refused": ({"DATA": LATER}, Deferred, "451"),
    "rcpt refused, data too": ({"RCPT": NO}, Refused, "550"),
    "mail refused, all too": ({"MAIL": "552 5.3.4 big", "RCPT": "503 5.5.1 no"}, Refused, "552"),
    "rcpt refused, data taken": ({"RCPT": NO, "DATA": "354 go"}, Refused, "550"),
    "rcpt put off, data taken, dot taken": (
        {"RCPT": LATER, "DATA": "354 go", "DOT": "250 2.0.0 fine"},
        Deferred,
        "451",
    ),
    "mail refused, data taken": (
        {"MAIL": LATER, "RCPT": "250 ok", "DATA": "354 go"},
        Deferred,
        "451",
    ),
    "body refused": ({"BODY": "554 5.6.0 no"}, Refused, "554"),
    "body put off": ({"BODY": LATER}, Deferred, "451"),
    "no sense at data": ({"DATA": "250 what"}, Deferred, "250"),
    "no sense at mail": ({"MAIL": "334 what"}, Deferred, "334"),
    "no sense at the end": ({"BODY": "354 what"}, Unknown, "no valid answer came after"),
    "no reply at the end": ({"BODY": "what?"}, Unknown, "no valid answer came after"),
    "two codes at the end": ({"BODY": "550-a\r\n250 b"}, Unknown, "no valid answer came after"),
    "dismissed at the end": ({"BODY": "421 4.3.2 closing"}, Deferred, "421"),
    "dismissed at mail": ({"MAIL": "421 4.3.2 closing"}, Deferred, "421"),
    "dismissed at rcpt": ({"RCPT": "421 4.3.2 closing"}, Deferred, "421"),
    "dismissed at data": ({"DATA": "421 4.3.2 closing"}, Deferred, "421"),
    "refused, then dismissed": ({"RCPT": NO, "DATA": "421 4.3.2 closing"}, Refused, "550"),
    "lost in the body": ({"IN_BODY": CUT}, Unknown, "no valid answer came after"),
    "lost at the end": ({"BODY": CUT}, Unknown, "no valid answer came after"),
    "answered before the body": ({"DATA": "354 go\r\n250 kept"}, type(None), ""),
}


#: After these the connection is reset and goes on.
GOES_ON = {
    "data refused",
    "rcpt refused, data too",
    "mail refused, all too",
    "rcpt refused, data taken",
    "rcpt put off, data taken, dot taken",
    "body refused",
    "body put off",
}


@pytest.mark.parametrize("row", TABLE)
@pytest.mark.parametrize("place", [(1,), (3,), (2, 3), (4,)])
@BOTH
def test_a_refused_message_harms_no_other(
    row: str, place: tuple[int, ...], pipelining: bool
) -> None:
    """Of four messages on one connection, first, middle, two in a row, last."""
    script, kind, reply = TABLE[row]
    with StrictServer(dict.fromkeys(place, script), pipelining=pipelining) as server:
        basket = sent_to(server, 4)

    others = [n for n in (1, 2, 3, 4) if n not in (*place, *basket.back)]
    assert server.numbers == others
    assert server.offences == []
    assert [basket.outcomes[n] for n in others] == [Sent("250 2.0.0 kept")] * len(others)
    for n in place:
        if kind is type(None):
            # Nobody knows what such a server does: but the body has not left.
            assert isinstance(basket.outcomes[n], Deferred)
            assert n not in basket.begun
        elif n not in basket.back:
            assert isinstance(basket.outcomes[n], kind)
            told = str(getattr(basket.outcomes[n], "reply", ""))
            if pipelining or row != "refused, then dismissed":
                assert told.startswith(reply)
    assert server.connections == 1 or row not in GOES_ON
    # Only a 421 in the place of the final reply leaves an announced message unsent.
    assert not basket.back or row == "dismissed at the end"


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA"])
@BOTH
def test_a_connection_cut_before_the_body_harms_nobody_it_had_served(
    stage: str, pipelining: bool
) -> None:
    """The first message of a connection is put off; a later one goes over a new connection."""
    with StrictServer({1: {stage: CUT}, 3: {stage: CUT}}, pipelining=pipelining) as server:
        basket = sent_to(server, 4)

    assert isinstance(basket.outcomes[1], Deferred)
    assert server.numbers == [2, 3, 4]
    assert server.connections == 3


@pytest.mark.parametrize("stage", ["MAIL", "RCPT", "DATA", "BODY"])
@BOTH
def test_silence_ends_the_connection_and_only_after_a_body_leaves_doubt(
    stage: str, pipelining: bool
) -> None:
    with StrictServer({1: {stage: SILENCE}}, pipelining=pipelining) as server:
        basket = sent_to(server, 2)

    assert isinstance(basket.outcomes[1], Unknown if stage == "BODY" else Deferred)
    reply = str(getattr(basket.outcomes[1], "reply", ""))
    assert reply.endswith("nothing was heard within 0.4 s")
    assert basket.outcomes[2] == Sent("250 2.0.0 kept")
    assert server.connections == 2


def test_a_server_out_of_step_is_nobodys_fault() -> None:
    """It kept a transaction open after a refused body: 503 to the MAIL that was on its way."""
    with StrictServer({1: {"BODY": "554 5.6.0 no"}}, keeps_open=True) as server:
        basket = sent_to(server, 3)

    assert isinstance(basket.outcomes[1], Refused)
    assert server.numbers == [2, 3]


def test_a_login_that_is_wanted_stops_everything() -> None:
    with StrictServer({3: {"MAIL": "530 5.7.0 authentication required"}}) as server:
        basket = Basket([parcel(n) for n in range(1, 6)])
        with pytest.raises(LoginRefused, match="530"):
            carry(way_out(server), basket)

    assert server.numbers == [1, 2]
    assert basket.back == [3]
    assert set(basket.outcomes) == {1, 2}


# --- whatever servers do -------------------------------------------------------------------------

_REFUSALS = st.sampled_from(["451 4.7.1 later", "550 5.1.1 no", "554 5.7.1 policy", CUT])
_SCRIPT = st.fixed_dictionaries(
    {},
    optional={
        "MAIL": _REFUSALS,
        "RCPT": _REFUSALS,
        "DATA": st.sampled_from(["451 4.3.0 later", "554 no", "354 go", "421 4.3.2 bye", CUT]),
        "BODY": st.sampled_from(["451 4.3.0 later", "554 5.6.0 no", "250 2.0.0 kept", CUT]),
        "DOT": st.sampled_from(["250 2.0.0 fine", "554 5.5.1 no"]),
        "IN_BODY": st.just(CUT),
    },
)


@settings(max_examples=120, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(
    scripts=st.dictionaries(st.integers(1, 9), _SCRIPT, max_size=6),
    pipelining=st.booleans(),
    connections=st.integers(1, 3),
    per_connection=st.sampled_from([1, 2, 100]),
    chunk=st.sampled_from([None, 1, 5]),
)
def test_each_message_ends_once_with_the_reply_that_was_its_own(
    scripts: dict[int, dict[str, str]],
    pipelining: bool,
    connections: int,
    per_connection: int,
    chunk: int | None,
) -> None:
    with StrictServer(scripts, pipelining=pipelining, chunk=chunk) as server:
        transport = way_out(server, connections=connections, per_connection=per_connection)
        basket = carry(transport, Basket([parcel(n) for n in range(1, 10)]))

    assert server.offences == []
    assert set(basket.outcomes) | set(basket.back) == set(range(1, 10))
    assert not set(basket.outcomes) & set(basket.back)
    sent = [n for n, outcome in basket.outcomes.items() if isinstance(outcome, Sent)]
    assert sorted(server.numbers) == sorted(sent)
    for number, outcome in basket.outcomes.items():
        _is_its_own(scripts.get(number, {}), outcome)


def _is_its_own(script: dict[str, str], outcome: Outcome) -> None:
    reply = str(getattr(outcome, "reply", ""))
    match outcome:
        case Sent():
            assert reply == "250 2.0.0 kept"
        case Unknown():
            assert CUT in (script.get("IN_BODY"), script.get("BODY"))
        case _:
            assert reply.startswith("the connection was lost") or reply in {
                *(script.get(stage) for stage in ("MAIL", "RCPT", "DATA", "BODY")),
            }
            first = next((script[s] for s in ("MAIL", "RCPT") if script.get(s, CUT) != CUT), None)
            if first and not reply.startswith("the connection was lost"):
                assert reply == first
