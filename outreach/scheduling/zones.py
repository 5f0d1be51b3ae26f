"""Where a person's clock stands, by country and postcode.

Pure. Known are countries with one clock, the parts of France overseas, the islands of
Spain and Portugal, and Canada by the first letter of the postcode. Elsewhere (the United
States, Russia, Brazil, Australia …) a country does not tell: the workspace's clock holds,
unless the contact says so himself. Source: the tz database, zone1970.tab; La Poste's
postcodes 971–988; Canada Post's forward sortation areas.
"""

from __future__ import annotations

from collections.abc import Mapping

#: By the first three digits of a French postcode.
_FRANCE_OVERSEAS: Mapping[str, str] = {
    "971": "America/Guadeloupe", "972": "America/Martinique", "973": "America/Cayenne",
    "974": "Indian/Reunion", "975": "America/Miquelon", "976": "Indian/Mayotte",
    "977": "America/St_Barthelemy", "978": "America/Marigot", "984": "Indian/Kerguelen",
    "986": "Pacific/Wallis", "987": "Pacific/Tahiti", "988": "Pacific/Noumea",
}  # fmt: skip

#: By the first letter of a Canadian postcode.
_CANADA: Mapping[str, str] = {
    "A": "America/St_Johns", "B": "America/Halifax", "C": "America/Halifax",
    "E": "America/Moncton", "G": "America/Toronto", "H": "America/Toronto",
    "J": "America/Toronto", "K": "America/Toronto", "L": "America/Toronto",
    "M": "America/Toronto", "N": "America/Toronto", "P": "America/Toronto",
    "R": "America/Winnipeg", "S": "America/Regina", "T": "America/Edmonton",
    "V": "America/Vancouver", "X": "America/Yellowknife", "Y": "America/Whitehorse",
}  # fmt: skip

#: Countries with one clock for nearly everybody, by ISO 3166 code.
_ONE_CLOCK = """
FR=Europe/Paris MC=Europe/Monaco BE=Europe/Brussels LU=Europe/Luxembourg CH=Europe/Zurich
DE=Europe/Berlin AT=Europe/Vienna LI=Europe/Vaduz NL=Europe/Amsterdam IT=Europe/Rome
SM=Europe/San_Marino VA=Europe/Vatican MT=Europe/Malta AD=Europe/Andorra GI=Europe/Gibraltar
ES=Europe/Madrid PT=Europe/Lisbon GB=Europe/London IE=Europe/Dublin JE=Europe/Jersey
GG=Europe/Guernsey IM=Europe/Isle_of_Man IS=Atlantic/Reykjavik DK=Europe/Copenhagen
SE=Europe/Stockholm NO=Europe/Oslo FI=Europe/Helsinki EE=Europe/Tallinn LV=Europe/Riga
LT=Europe/Vilnius PL=Europe/Warsaw CZ=Europe/Prague SK=Europe/Bratislava HU=Europe/Budapest
SI=Europe/Ljubljana HR=Europe/Zagreb BA=Europe/Sarajevo RS=Europe/Belgrade ME=Europe/Podgorica
MK=Europe/Skopje AL=Europe/Tirane GR=Europe/Athens CY=Asia/Nicosia BG=Europe/Sofia
RO=Europe/Bucharest MD=Europe/Chisinau UA=Europe/Kyiv TR=Europe/Istanbul GP=America/Guadeloupe
MQ=America/Martinique GF=America/Cayenne RE=Indian/Reunion PM=America/Miquelon YT=Indian/Mayotte
BL=America/St_Barthelemy MF=America/Marigot WF=Pacific/Wallis NC=Pacific/Noumea
MA=Africa/Casablanca DZ=Africa/Algiers TN=Africa/Tunis EG=Africa/Cairo SN=Africa/Dakar
CI=Africa/Abidjan ML=Africa/Bamako BF=Africa/Ouagadougou NE=Africa/Niamey TG=Africa/Lome
BJ=Africa/Porto-Novo GN=Africa/Conakry CM=Africa/Douala GA=Africa/Libreville
CG=Africa/Brazzaville TD=Africa/Ndjamena MG=Indian/Antananarivo MU=Indian/Mauritius
KM=Indian/Comoro SC=Indian/Mahe DJ=Africa/Djibouti ZA=Africa/Johannesburg NG=Africa/Lagos
GH=Africa/Accra KE=Africa/Nairobi ET=Africa/Addis_Ababa LB=Asia/Beirut IL=Asia/Jerusalem
JO=Asia/Amman AE=Asia/Dubai QA=Asia/Qatar SA=Asia/Riyadh KW=Asia/Kuwait IN=Asia/Kolkata
CN=Asia/Shanghai HK=Asia/Hong_Kong TW=Asia/Taipei JP=Asia/Tokyo KR=Asia/Seoul SG=Asia/Singapore
TH=Asia/Bangkok VN=Asia/Ho_Chi_Minh PH=Asia/Manila HT=America/Port-au-Prince CO=America/Bogota
PE=America/Lima UY=America/Montevideo AR=America/Argentina/Buenos_Aires
"""
_COUNTRIES: Mapping[str, str] = dict(pair.split("=") for pair in _ONE_CLOCK.split())


def zone_of(country: str, postcode: str | None) -> str | None:
    """The time zone of somebody in that country (ISO code); None when it does not tell."""
    code = (postcode or "").replace(" ", "").upper()
    if country == "FR":
        return _FRANCE_OVERSEAS.get(code[:3]) or _COUNTRIES["FR"]
    if country == "PF":
        return _FRANCE_OVERSEAS["987"]
    if country == "CA":
        return _CANADA.get(code[:1])
    if country == "ES" and code[:2] in ("35", "38"):
        return "Atlantic/Canary"
    if country == "PT" and code[:1] == "9":
        return "Atlantic/Madeira" if code[1:2] < "5" else "Atlantic/Azores"
    return _COUNTRIES.get(country)


#: Parts of France with public holidays of their own, by the beginning of their postcodes, as
#: the `holidays` library names them.
_REGIONS: Mapping[str, str] = {
    "57": "57", "67": "6AE", "68": "6AE", "971": "971", "972": "972", "973": "973", "974": "974",
    "975": "PM", "976": "976", "977": "BL", "978": "MF", "986": "WF", "987": "PF", "988": "NC",
}  # fmt: skip

#: Numbers of France overseas, and the beginning of a postcode there. Mayotte shares +262.
_NUMBERS: Mapping[str, str] = {
    "+262269": "976", "+262639": "976", "+262": "974", "+590": "971", "+594": "973",
    "+596": "972", "+508": "975", "+681": "986", "+687": "988", "+689": "987",
}  # fmt: skip


def region_of(postcode: str) -> str | None:
    """The part of France whose own public holidays somebody has beside the country's."""
    code = postcode.replace(" ", "")
    return _REGIONS.get(code[:3]) or _REGIONS.get(code[:2])


def overseas_postcode(number: str) -> str | None:
    """How postcodes begin where a number of France overseas (E.164) rings; None: elsewhere."""
    return next((code for begins, code in _NUMBERS.items() if number.startswith(begins)), None)
