"""Whether somebody is addressed as a professional or as a consumer: the law differs.

The rule of the CNIL for e-mail: an address of a firm that names nobody (`contact@`) is the
firm's own; a named address at a firm's domain is a professional's; an address at a mailbox
provider is private, unless the register of firms (a SIRET) says that it belongs to a firm.
On paper, by phone and at the door the firm or the function on record decides.
"""

from __future__ import annotations

from enum import Enum, StrEnum

from outreach.model.campaign import Channel


class Nature(StrEnum):
    """Who is addressed, in the eyes of the law."""

    #: A firm: an address that names nobody.
    COMPANY = "company"
    #: A person in his function.
    PROFESSIONAL = "professional"
    #: A private person; also whoever nothing tells us about.
    CONSUMER = "consumer"


#: Names before the @ that stand for a service and not for a person.
_ROLES = """
    accueil achat achats admin administratif administration adv agence association atelier
    booking boutique bonjour bureau cabinet clients commande commandes commercial communication
    compta comptabilite comptable contact contacts contactus devis direction dpo drh ecole
    enquiries enquiry export facturation finance formation gestion hello hr import info infos
    information informations inscription invoice job jobs juridique legal magasin mail mairie
    marketing office orders paie postmaster press presse privacy production qualite reception
    recrutement reservation reservations rgpd rh sales sav secretariat service siege standard
    support team technique transport vente ventes webmaster"""
ROLE_NAMES = frozenset(_ROLES.split())

#: Where private people have their mailboxes: access and mailbox providers, mostly of France.
_PRIVATE = """
    9online.fr aliceadsl.fr aol.com aol.fr bbox.fr bluewin.ch
    cegetel.net club-internet.fr dbmail.com duck.com estvideo.fr fastmail.com free.fr freesbee.fr
    gmail.com gmx.at gmx.com gmx.de gmx.fr gmx.net googlemail.com hotmail.be hotmail.co.uk
    hotmail.com hotmail.de hotmail.es hotmail.fr hotmail.it hushmail.com icloud.com ifrance.com
    laposte.net libertysurf.fr live.be live.co.uk live.com live.fr lycos.com mac.com mail.com
    mail.ru me.com modulonet.fr mailo.com msn.com neuf.fr noos.fr numericable.com numericable.fr
    nordnet.fr orange.fr outlook.be outlook.com outlook.de outlook.es outlook.fr posteo.de
    posteo.net proton.me protonmail.ch protonmail.com pm.me rocketmail.com sfr.fr skynet.be
    t-online.de telenet.be tele2.fr tiscali.fr tutanota.com tuta.com voila.fr wanadoo.fr web.de
    worldonline.fr yahoo.co.uk yahoo.com yahoo.de yahoo.es yahoo.fr yahoo.it yandex.com ymail.com
    zaclys.net zoho.com zohomail.eu"""
PRIVATE_DOMAINS = frozenset(_PRIVATE.split())


class Address(Enum):
    """What an e-mail address tells about who reads it."""

    NONE = 0
    #: At a mailbox provider.
    PRIVATE = 1
    #: `contact@`: names a service.
    SERVICE = 2
    #: Names somebody at a domain of its own.
    NAMED = 3


def address_of(email: str | None, domain: str | None) -> Address:
    """What the address is; `domain` is its part after the @, in small letters."""
    if email is None or domain is None:
        return Address.NONE
    if domain in PRIVATE_DOMAINS:
        return Address.PRIVATE
    return Address.SERVICE if is_role(email.partition("@")[0].lower()) else Address.NAMED


def nature_of(
    channel: Channel,
    *,
    email: str | None = None,
    domain: str | None = None,
    firm: bool,
    registered: bool,
    function: bool,
) -> Nature:
    """How somebody is addressed on that channel.

    `firm`: a company's name is on record; `registered`: its SIRET; `function`: a job title.
    """
    address = address_of(email, domain)
    if channel is not Channel.EMAIL or address is Address.NONE:
        return Nature.PROFESSIONAL if firm or registered or function else Nature.CONSUMER
    if address is Address.PRIVATE:
        return Nature.PROFESSIONAL if registered else Nature.CONSUMER
    return Nature.COMPANY if address is Address.SERVICE else Nature.PROFESSIONAL


def is_role(name: str) -> bool:
    """Whether what stands before the @ names a service: `contact`, `service-clients`, `info2`."""
    if name in ROLE_NAMES:
        return True
    first = name.replace("-", ".").replace("_", ".").partition(".")[0].rstrip("0123456789")
    return first in ROLE_NAMES
