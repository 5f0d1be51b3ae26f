"""What mail servers say in words, where their codes do not say it: patterns, in two languages.

Every pattern reads a reply in lower case, without accents and without addresses, so that
a mailbox called `blacklist@` blocks nobody. Sources: the postmaster pages of Gmail, Yahoo,
Microsoft, Orange and La Poste; the replies of Postfix, Exim, OpenSMTPD and qmail; bounces.
"""

from __future__ import annotations

import re
import unicodedata
from datetime import timedelta

#: An address, in brackets or bare: it says nothing, whatever words it is made of.
_ADDRESS = re.compile(r"<[^<>]*>|\S+@\S+")


def plain(text: str) -> str:
    """A reply as the patterns read it: one line, lower case, no accents, no addresses."""
    raw = text.encode("utf-8", "surrogateescape")
    try:
        read = raw.decode()
    except UnicodeDecodeError:
        read = raw.decode("latin-1")
    apart = unicodedata.normalize("NFKD", _ADDRESS.sub(" ", read).replace("\u2019", "'"))
    letters = "".join(sign for sign in apart if not unicodedata.combining(sign))
    return " ".join(letters.lower().split())


def _any(*patterns: str) -> re.Pattern[str]:
    return re.compile("|".join(patterns))


#: Nobody lives at this address.
UNKNOWN_USER = _any(
    r"\b(unknown|invalid|no such) (local )?(user|recipient|mailbox|address|person|account|part)\b",
    r"\b(user|recipient|mailbox|address|account|destinataire)\b.{0,60}?"
    r"\b(unknown|not found|does ?n[o']t exist|does not exist|not exist|inconnue?|n'existe pas)",
    r"\b(utilisateur|destinataire|adresse|compte|boite)\b.{0,60}?"
    r"\b(inconnue?|n'existe (pas|plus)|inexistante?)\b",
    r"\b(adresse|destinataire)\b.{0,30}?\binvalide\b",
    r"does(n't| not) have an? .{1,60}? account\b",
    r"\bno mailbox here by that name\b|\bno mailbox by that name\b|\bnot our (customer|user)\b",
    r"\bunroute?able address\b|\bnot a (known|valid) (user|recipient|mailbox)\b",
)
#: The domain of the address has no mail, or is no domain.
NO_DOMAIN = _any(
    r"\b(host|domain)( or domain)?( name)?( was)? (not found|unknown|does not exist)\b",
    r"\binvalid domain\b",
    r"\bnull mx\b|\bdoes(n't| not) (accept|receive) (e-?)?mail\b",
)
#: Refused because of who we are: a blocklist, a reputation, no authentication, our name.
REPUTATION = _any(
    r"black ?-?list|block ?-?list|liste noire|\b(dns|r)bls?\b|spamhaus|spamcop|barracuda|sorbs",
    r"cloudmark|senderscore|senderbase|\breputation\b|unsolicited|\bincident de spam",
    r"\btoo many (spams?|complaints)\b|\bspamming issues\b",
    r"\b(spf|dkim|dmarc|ptr)\b|reverse (dns|host|lookup)|name lookup failed",
    r"find your (reverse )?host",
    r"unauthenticated (e-?mail|senders)|authentication (level|information)",
    r"\b(client host|client|ip|ip address|adresse ip|(sending|mail ?from|sender) domain)\b"
    r".{0,60}?\b(rejected|refused?e?|blocked|bloque\w*|banned|denied|listed)",
    r"\b(banned|blocked|bad) (sending )?(ip|host|sender domain)\b|\bbad dns\b",
    r"\btss?0\d\b|\bs31[45]0\b|\bhvu:b\d\b|\bunusual (rate|traffic)\b",
)
#: Too much at once from us at this provider.
RATE = _any(
    r"\brate[ -]?limit|\brate (exceeded|control)|\bthrottl|\bslow(ing)? down\b|\btrop de messages",
    r"\btoo (many|much) (messages|mails?|e-?mails|recipients|deliveries|requests)\b",
    r"\b(message|sending|sender|submission|connection) (rate|limit)\b.{0,30}?\bexceed",
    r"\bmessages? .{0,30}?\btoo (fast|quickly)\b|\bunusual rate\b|\bdeferred due to .{0,20}volume",
)
#: Too much from this mailbox: its provider's allowance for an hour or a day is used up.
QUOTA = _any(
    r"\b(daily|hourly|24[ -]?hours?|per[ -](day|hour|user)) .{0,60}?\b(limit|quota|allowance)",
    r"\b(sending|outgoing|outbound|smtp|relay(ing)?|user|sender|account|recipient|message) quota\b",
    r"\b(limit|quota)\b.{0,40}?\b(per|a|in the last|par) (day|hour|jour|heure|24)",
    r"\b(sending|user sending|outbound) limits?\b.{0,40}?\b(exceed|reach)",
    r"\bexceeded (your|the|its) .{0,30}?(sending|outbound|outgoing|message|recipient) ",
    r"\b(quota|limite)\b.{0,30}?d'envoi|\btenant has exceeded\b|\bthreshold\b.{0,20}?\bexceed",
    r"\bsender thread limit\b",
)
#: An allowance that a day fills again, not an hour.
DAILY = _any(r"\bdaily\b|\b24[ -]?h|\bper[ -]day\b|\ba day\b|\bpar jour\b|\btenant\b")
#: Too many connections, or too much on one: another connection, a little later.
CONNECTIONS = _any(
    r"\btoo many .{0,20}?\b(connections?|sessions|errors)\b|\bconcurrent\b|\btrop de connexions",
    r"\bmessages? (per|on this|for this) (connection|session)\b|\bconnection limit\b",
)
#: The mailbox we submit through may not do this: a login, a From that is not its own, a relay.
RIGHTS = _any(
    r"\bsender address rejected\b|\bnot owned by\b|\bsend ?as ?denied\b|\bnot allowed to send\b",
    r"\brelay(ing)? (access |is |not )?(denied|permitted|allowed|prohibited)|\bunable to relay\b",
    r"\b(bad )?outbound sender\b|\b(must|need to) (issue a )?(starttls|authenticate|log ?in)\b",
    r"\bauthentication (is )?required\b|\bsender\b.{0,30}?\b(not authori[sz]ed|not verified)\b",
)
#: The person, or his firm, takes mail from few: his wish, and nothing of ours.
RESTRICTED = _any(
    r"resolver\.rst|\bnotauth(enticated|orized)forgroup|\bsendernotauthenticated",
    r"\b(recipient|group|mailbox)\b.{0,40}?\b(restricted|only accepts?|not accept)",
)
#: Answers that ask for patience by rule (RFC 6647).
GREYLISTED = _any(r"gr[ae]y[ -]?list|liste grise|\bcome back (in|later)\b|\bpostgrey\b")
#: A refusal of taste: spam, policy, a forbidden link.
POLICY = _any(r"\bpolicy\b|\bspam\b|\brejete\b|\bindesirable|\bblocked\b|\bsuspicious\b")

#: Orange and La Poste number their reasons: `OFR006_102`, `LPN007_416`.
FRENCH_REASON = re.compile(r"\b(?:ofr|lpn)\d*_(\d{3})\b")

_WAITS = re.compile(
    r"(?:again|retry|later|back|wait|dans|apres|reessayer|patienter)\b[^\d]{0,30}?"
    r"(?:(?P<h>\d{1,2}):(?P<m>\d{2}):(?P<s>\d{2})"
    r"|(?P<n>\d{1,6}) ?(?P<unit>s|m|h)(?:[eo]\w*|in\w*)?\b)"
)
_UNITS = {"s": timedelta(seconds=1), "m": timedelta(minutes=1), "h": timedelta(hours=1)}
#: The longest silence that is believed: a slip of a server's must not end a campaign.
LONGEST_WAIT = timedelta(hours=24)
#: Servers round down what is left.
_ROUNDED = timedelta(seconds=1)


def asked_wait(words: str) -> timedelta | None:
    """The pause that a plain reply asks for: `again in 300 seconds`, `come back in 00:05:00`."""
    found = _WAITS.search(words)
    if found is None:
        return None
    if found["unit"]:
        wait = int(found["n"]) * _UNITS[found["unit"]]
    else:
        wait = timedelta(hours=int(found["h"]), minutes=int(found["m"]), seconds=int(found["s"]))
    return min(wait, LONGEST_WAIT) + _ROUNDED
