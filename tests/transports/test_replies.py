"""What an answer says about the address, about us, and what it does not say.

The answers are real ones, of postmaster pages, of the servers' sources and of bounces;
names and numbers in them are made up.
"""

from __future__ import annotations

import pickle
from datetime import timedelta

import pytest

from outreach.model.delivery import Deferred, Refused, Scope
from outreach.transports.replies import Stage, enhanced_code, judge, written

#: Nobody lives there: the address is suppressed.
DEAD = "dead"
#: Refused for this person, the address stands.
PERSON, POLICY = Scope.PERSON, Scope.POLICY
#: About us at this provider, about our mailbox, about the connection.
GROUP, SENDER, CONNECTION = Scope.GROUP, Scope.SENDER, Scope.CONNECTION

REFUSALS = [
    # Gmail
    (550, "5.1.1 The email account that you tried to reach does not exist. Please try\n5.1.1 "
          "double-checking the recipient's email address for typos or\n5.1.1 unnecessary "
          "spaces. Learn more at\n5.1.1 https://support.google.com/mail/?p=NoSuchUser "
          "a1-gsmtp", DEAD),
    (550, "5.2.1 The email account that you tried to reach is inactive. For more\n5.2.1 "
          "information, please visit https://support.google.com/mail/?p=DisabledUser", PERSON),
    (550, "5.2.1 The user you are trying to contact is receiving mail at a rate that\n5.2.1 "
          "prevents additional messages from being delivered.", PERSON),
    (552, "5.2.2 The recipient's inbox is out of storage space and inactive. Please direct\n"
          "5.2.2 the recipient to https://support.google.com/mail/?p=OverQuotaPerm", PERSON),
    (552, "5.3.4 Your message exceeded Google's message size limits.", PERSON),
    (550, "5.4.5 Daily user sending limit exceeded. For more information on Gmail\n5.4.5 "
          "sending limits go to https://support.google.com/a/answer/166852", SENDER),
    (550, "5.7.1 Daily user sending quota exceeded. ab12-gsmtp", SENDER),
    (550, "5.7.1 [192.0.2.1      12] Our system has detected that this message is\n5.7.1 "
          "likely unsolicited mail. To reduce the amount of spam sent to Gmail,\n5.7.1 this "
          "message has been blocked.", GROUP),
    (550, "5.7.1 [192.0.2.1      13] Our system has detected that this message is\n5.7.1 "
          "likely suspicious due to the very low reputation of the sending IP\n5.7.1 address.",
          GROUP),
    (550, "5.7.25 [192.0.2.1] The IP address sending this message does not have a\n5.7.25 "
          "PTR record setup", GROUP),
    (550, "5.7.26 Your email has been blocked because the sender is unauthenticated.\n5.7.26 "
          "Gmail requires all senders to authenticate with either SPF or DKIM.", GROUP),
    (550, "5.7.28 [192.0.2.1] Our system has detected an unusual rate of mail", GROUP),
    (552, "5.7.0 This message was blocked because its content presents a potential\n5.7.0 "
          "security issue.", POLICY),
    (550, "5.7.1 Messages with multiple addresses in From: header are not accepted.", POLICY),
    # Yahoo, AOL
    (554, "delivery error: dd This user doesn't have a yahoo.com account (anne@yahoo.com) [0]",
          DEAD),
    (554, "delivery error: dd Not a valid recipient - atlas316.free.mail.bf1.yahoo.com", DEAD),
    (554, "5.7.9 Message not accepted for policy reasons. See "
          "https://postmaster.yahooinc.com/", POLICY),
    (553, "5.7.1 [BL21] Connections will not be accepted from 192.0.2.1, because the ip is "
          "in Spamhaus's list", GROUP),
    (552, "1 Requested mail action aborted, mailbox not found", PERSON),
    # Microsoft
    (550, "5.5.0 Requested action not taken: mailbox unavailable (S2017062302).", PERSON),
    (550, "5.1.10 RESOLVER.ADR.RecipientNotFound; Recipient not found by SMTP address lookup",
          DEAD),
    (550, "5.4.1 Recipient address rejected: Access denied. [AS(201806281)]", DEAD),
    (541, "5.4.1 Mail rejected by destination domain", PERSON),
    (550, "5.7.1 Unfortunately, messages from [192.0.2.1] weren't sent. Please contact your "
          "Internet service provider since part of their network is on our block list "
          "(S3140).", GROUP),
    (550, "5.7.1 Service unavailable, Client host [192.0.2.1] blocked using Spamhaus.", GROUP),
    (550, "5.7.515 Access denied, sending domain atelier.example does not meet the required "
          "authentication level.", GROUP),
    (550, "5.7.509 Access denied, sending domain [ATELIER.EXAMPLE] does not pass DMARC "
          "verification", GROUP),
    (550, "5.7.606 Access denied, banned sending IP [192.0.2.1]. To request removal from "
          "this list please visit https://sender.office.com/", GROUP),
    (550, "5.7.705 Access denied, tenant has exceeded threshold.", SENDER),
    (550, "5.1.8 Access denied, bad outbound sender.", SENDER),
    (550, "5.1.90 Your message can't be sent because you've reached your daily limit for "
          "message recipients", SENDER),
    (550, "5.7.1 RESOLVER.RST.AuthRequired; authentication required [Stage: CreateMessage]",
          PERSON),
    (550, "5.7.133 RESOLVER.RST.SenderNotAuthenticatedForGroup; authentication required", PERSON),
    (554, "5.2.2 mailbox full; STOREDRV.Deliver.Exception:QuotaExceededException", PERSON),
    (550, "5.2.3 RESOLVER.RST.RecipSizeLimit; message too large for this recipient", PERSON),
    (554, "5.2.252 SendAsDenied; anne@atelier.example not allowed to send as marie", SENDER),
    (550, "5.7.54 SMTP; Unable to relay recipient in non-accepted domain", SENDER),
    (554, "5.6.0 Corrupt message content", PERSON),
    # Orange, Wanadoo
    (550, "5.1.1 Adresse d au moins un destinataire invalide. Invalid recipient. OFR_416 "
          "[416]", DEAD),
    (550, "5.2.0 Mail rejete. Mail rejected. ofr_506 [506]", POLICY),
    (550, "mwinf5c04 ME Adresse IP source bloquee pour incident de spam. Client host blocked "
          "for spamming issues. OFR006_102 Ref http://csi.cloudmark.com/reset-request/ [102]",
          GROUP),
    (550, "Adresse d'au moins un destinataire invalide", DEAD),
    (550, "5.7.1 Service refuse. OFR_535", POLICY),
    # La Poste
    (550, "5.5.0 Adresse destinataire invalide. Invalid recipient. LPN007_416", DEAD),
    (550, "5.5.0 Le compte du destinataire est bloque. The recipient account is blocked. "
          "LPN007_426", PERSON),
    (550, "5.5.0 Service refuse. Veuillez essayer plus tard. service refused, please try "
          "later. LPN001_108", GROUP),
    (554, "5.7.1 <mail.atelier.example>: Client host rejected: #216 lpn LPN000_630", GROUP),
    # SFR
    (550, "5.1.1 <anne@sfr.fr>: Recipient address rejected: User unknown", DEAD),
    (550, "5.7.1 <anne@sfr.fr>: Recipient address rejected: User unknown", PERSON),
    (550, "Utilisateur inconnu", DEAD),
    (554, "5.7.1 Spam detecte", POLICY),
    # Free
    (550, "5.2.1 This mailbox has been blocked due to inactivity (UserSearch)", PERSON),
    (550, "5.1.1 <anne@free.fr>: Recipient address rejected: User unknown in relay table", DEAD),
    (550, "Too many spams from your IP (192.0.2.1), please visit http://postmaster.free.fr/",
          GROUP),
    (550, "spam detected", POLICY),
    # OVH
    (550, "5.1.1 <anne@pme.example>: Recipient address rejected: User unknown in virtual "
          "mailbox table", DEAD),
    (550, "5.7.1 Sending quota exceeded: too many messages sent from this account", SENDER),
    (554, "5.7.1 <anne@pme.example>: Relay access denied", SENDER),
    # Postfix
    (550, "5.1.1 <a@b.example>: Recipient address rejected: User unknown in local recipient "
          "table", DEAD),
    (550, "5.1.2 <a@b.example>: Recipient address rejected: Domain not found", DEAD),
    (556, "5.1.10 <a@b.example>: Recipient address rejected: Domain b.example does not "
          "accept mail (nullMX)", DEAD),
    (501, "5.1.3 Bad recipient address syntax", DEAD),
    (551, "5.1.6 moved", DEAD),
    (553, "5.7.1 <marie@x.example>: Sender address rejected: not owned by user marie", SENDER),
    (554, "5.7.1 Service unavailable; Client host [192.0.2.1] blocked using zen.spamhaus.org",
          GROUP),
    (550, "5.7.23 <a@b.example>: Recipient address rejected: Message rejected due to: SPF "
          "fail", GROUP),
    (550, "5.4.4 Host or domain name not found. Name service error for name=gmal.com", DEAD),
    (503, "5.5.1 Error: need RCPT command", PERSON),
    (554, "5.4.6 Too many hops", PERSON),
    (550, "5.1.0 MailFrom domain is listed in Spamhaus. To request removal from this list", GROUP),
    (550, "5.1.0 Address rejected anne@pme.example", DEAD),
    (550, "#5.1.0 Address rejected.", DEAD),
    (550, "5.1.0 Sender refused", PERSON),
    (553, "5.1.8 <marie@x.example>: Sender address rejected: Domain not found", SENDER),
    (550, "5.1.1 <spamhaus-blacklist@b.example>: User unknown", DEAD),
    (550, "5.7.1 rejected by policy, user unknown to our reputation system", GROUP),
    # Exim
    (550, "Unrouteable address", DEAD),
    (550, "No such user here", DEAD),
    (550, "Unknown local part anne in <anne@pme.example>", DEAD),
    (550, "relay not permitted", SENDER),
    (550, "JunkMail rejected - host.example [192.0.2.1] is in an RBL, see "
          "https://www.spamhaus.org", GROUP),
    (550, "Administrative prohibition", PERSON),
    # OpenSMTPD, qmail, others
    (550, "Invalid recipient: <anne@pme.example>", DEAD),
    (550, "5.0.0 <anne@pme.example>... User unknown", DEAD),
    (550, "sorry, no mailbox here by that name. (#5.1.1)", DEAD),
    (553, "sorry, that domain isn't in my list of allowed rcpthosts (#5.7.1)", POLICY),
    (550, "Cette boite n'existe pas", DEAD),
    (550, "L'adresse du destinataire est inconnue", DEAD),
    (553, "Adresse inconnue", DEAD),
    (550, "Le destinataire n\u2019existe plus", DEAD),
    (551, "not our customer", DEAD),
    (554, "unknown user", PERSON),
    (550, "mailbox unavailable", PERSON),
    (552, "Mailbox size limit exceeded", PERSON),
    (550, "Boîte pleine", PERSON),
    (550, "Rejected, see https://example.org/blocked", POLICY),
    (554, "IP=192.0.2.1 - A problem occurred. (BL)", PERSON),
]  # fmt: skip


@pytest.mark.parametrize(("code", "text", "expected"), REFUSALS)
def test_what_a_refusal_of_the_recipient_means(code: int, text: str, expected: str) -> None:
    said = judge(Stage.RCPT, code, text)

    assert isinstance(said, Refused)
    assert (DEAD if said.dead_address else said.scope) == expected
    assert said.reply == f"{code} {' '.join(text.split())}"


LATER = [
    # greylisting: the person's message waits, nobody else's
    (450, "4.2.0 <a@b.example>: Recipient address rejected: Greylisted, see "
          "http://postgrey.schweikert.ch/help/b.example.html", PERSON, None),
    (450, "4.7.1 <a@b.example>: Recipient address rejected: Greylisted for 300 seconds",
          PERSON, None),
    (451, "4.7.1 Greylisting in action, please come back in 00:04:59", PERSON, 300),
    (451, "4.7.1 Greylisted, please try again in 60 seconds", PERSON, 61),
    (450, "4.2.0 Greylisted, try again in 5 minutes", PERSON, 301),
    (451, "Temporarily greylisted, try again in 1 hour", PERSON, 3601),
    (450, "Liste grise, veuillez réessayer dans 10 minutes", PERSON, 601),
    (451, "4.7.1 Please try again later", PERSON, None),
    # this person's mailbox, or the server's day
    (452, "4.2.2 The recipient's inbox is out of storage space.", PERSON, None),
    (450, "4.2.1 The user you are trying to contact is receiving mail at a rate that\n4.2.1 "
          "prevents additional messages from being delivered.", PERSON, None),
    (451, "4.3.0 Temporary failure, try again later", PERSON, None),
    (452, "4.3.1 Insufficient system storage", PERSON, None),
    (452, "4.4.5 Insufficient disk space; try again later", PERSON, None),
    (450, "4.1.2 <a@b.example>: Recipient address rejected: Domain not found", PERSON, None),
    # our pace, our reputation
    (421, "4.7.28 [192.0.2.1] Our system has detected an unusual rate of mail", GROUP, None),
    (421, "4.7.0 [TSS04] Messages from 192.0.2.1 temporarily deferred due to unexpected "
          "volume or user complaints", GROUP, None),
    (451, "4.7.650 The mail server [192.0.2.1] has been temporarily rate limited due to IP "
          "reputation.", GROUP, None),
    (451, "4.7.500 Server busy. Please try again later from [192.0.2.1]. (S77714)", GROUP, None),
    (450, "4.7.26 This mail has been rate limited because it is unauthenticated", GROUP, None),
    (450, "4.7.1 Client host rejected: cannot find your reverse hostname, [192.0.2.1]",
          GROUP, None),
    (421, "mwinf5c77 ME Service refuse. Veuillez essayer plus tard. Service refused, please "
          "try later. OFR_999 [999]", GROUP, None),
    (421, "4.2.0 Service refuse. Veuillez essayer plus tard. OFR005_505 [505]", GROUP, None),
    (421, "Too many spams from your IP (192.0.2.1), please visit http://postmaster.free.fr/",
          GROUP, None),
    (450, "4.7.1 You send too many messages, slow down and retry in 2 minutes", GROUP, 121),
    (450, "4.7.0 something in us displeased them", POLICY, None),
    # our mailbox's allowance
    (452, "4.5.3 Daily user sending limit exceeded", SENDER, 3600),
    (450, "4.7.1 Hourly sending quota exceeded for this account", SENDER, None),
    (432, "4.3.2 STOREDRV.ClientSubmit; sender thread limit exceeded", SENDER, None),
    # this connection
    (421, "4.7.0 Too many connections from 192.0.2.1", CONNECTION, None),
    (421, "mwinf5c10 ME Trop de connexions, veuillez verifier votre configuration. Too many "
          "connections, slow down.", CONNECTION, None),
    (421, "4.3.2 Service shutting down and closing transmission channel", CONNECTION, None),
    (421, "4.7.0 Error: too many errors", CONNECTION, None),
    (421, "4.7.0 slow down", GROUP, None),
]  # fmt: skip


@pytest.mark.parametrize(("code", "text", "scope", "seconds"), LATER)
def test_what_not_now_means(code: int, text: str, scope: Scope, seconds: int | None) -> None:
    said = judge(Stage.RCPT, code, text)

    assert isinstance(said, Deferred)
    assert said.scope == scope
    assert said.wait == (timedelta(seconds=seconds) if seconds is not None else None)
    assert said.counts is (scope is not SENDER)


def test_nothing_said_at_mail_from_is_about_the_recipient() -> None:
    """Neither his address nor his provider: the server has not heard them yet."""
    assert judge(Stage.MAIL, 550, "5.1.1 user unknown") == Refused(
        "550 5.1.1 user unknown", scope=SENDER
    )
    assert judge(Stage.MAIL, 550, "5.7.1 your IP is blacklisted").scope == SENDER
    assert judge(Stage.MAIL, 450, "4.7.1 rate limited").scope == SENDER
    assert judge(Stage.MAIL, 552, "5.3.4 message too big").scope == PERSON


def test_after_the_body_only_an_enhanced_code_makes_an_address_dead() -> None:
    assert judge(Stage.BODY, 550, "5.1.1 gone") == Refused("550 5.1.1 gone", dead_address=True)
    assert judge(Stage.BODY, 550, "no such user") == Refused("550 no such user")


def test_a_421_at_mail_from_does_not_count_towards_giving_up() -> None:
    assert judge(Stage.MAIL, 421, "4.3.2 closing") == Deferred(
        "421 4.3.2 closing", counts=False, scope=CONNECTION
    )
    assert judge(Stage.RCPT, 421, "4.3.2 closing").counts


def test_a_server_that_asks_for_years_gets_a_day() -> None:
    """A slip of somebody's must not end a campaign."""
    said = judge(Stage.RCPT, 450, "4.2.0 greylisted, try again in 999999 hours")

    assert said.wait == timedelta(hours=24, seconds=1)


def test_letters_that_are_no_text_harm_nobody() -> None:
    """A server that answers in Latin-1: `Destinataire inconnu` and `rejeté`."""
    assert judge(Stage.RCPT, 550, "Bo\udceete inconnue").dead_address  # type: ignore[union-attr]
    assert judge(Stage.RCPT, 550, "Message rejet\udce9").scope == POLICY


def test_the_enhanced_code_stands_first_or_in_parentheses_and_nowhere_else() -> None:
    assert enhanced_code("5.1.1 unknown") == "5.1.1"
    assert enhanced_code("#5.1.0 Address rejected.") == "5.1.0"
    assert enhanced_code("sorry, no mailbox here (#5.1.1)") == "5.1.1"
    assert enhanced_code("see version 5.1.1 of the manual") is None


def test_a_verdict_can_be_handed_to_another_process() -> None:
    said = judge(Stage.RCPT, 550, "5.7.515 Access denied")

    assert pickle.loads(pickle.dumps(said)) == said


def test_a_reply_is_kept_as_one_clean_line() -> None:
    assert (
        written(550, "5.7.1 one\n5.7.1 two\udce9")
        == "550 5.7.1 one 5.7.1 two\N{REPLACEMENT CHARACTER}"
    )
    # No base keeps a NUL, and a terminal obeys an escape.
    assert written(250, "Ok\x00 queued \x1b[2Jas 7\x07") == "250 Ok queued [2Jas 7"
    assert len(written(550, "x" * 5000)) == 500
