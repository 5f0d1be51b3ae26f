"""What is done with a field, by its kind."""

from __future__ import annotations

from enum import Enum

from outreach.rendering.letter.fields import Field
from outreach.rendering.letter.instructions import Instruction


class Duty(Enum):
    """What is done with a field, by its kind."""

    #: A value of the contact takes its place.
    FILLED = "filled"
    #: It is computed for each person.
    EVALUATED = "evaluated"
    #: It stays a field of Word: page numbers, references, links.
    LIVE = "live"
    #: Its last result stays, as text: what belongs to the file of the template.
    KEPT = "kept"
    #: Word's merge would evaluate it and we do not: the template is refused.
    REFUSED = "refused"
    #: No field Word knows; its last result stays.
    UNKNOWN = "unknown"


_EVALUATED = frozenset({
    "IF", "COMPARE", "SKIPIF", "NEXT", "NEXTIF", "MERGEREC", "MERGESEQ", "SET", "ASK",
    "FILLIN", "ADDRESSBLOCK", "GREETINGLINE", "DATE", "TIME", "QUOTE", "INCLUDEPICTURE",
})  # fmt: skip
_REFUSED = frozenset({
    "DATABASE", "INCLUDETEXT", "IMPORT", "INCLUDE", "MERGEBARCODE", "DDE", "DDEAUTO",
    "AUTOTEXTLIST",
})  # fmt: skip
_KEPT = frozenset({
    "CREATEDATE", "SAVEDATE", "PRINTDATE", "DOCPROPERTY", "DOCVARIABLE",
})  # fmt: skip
_LIVE = frozenset({
    "PAGE", "NUMPAGES", "SECTIONPAGES", "SECTION", "PAGEREF", "REF", "NOTEREF", "HYPERLINK",
    "TOC", "TC", "SEQ", "STYLEREF", "SYMBOL", "AUTHOR", "TITLE", "SUBJECT", "KEYWORDS",
    "FILENAME", "LASTSAVEDBY", "EQ", "ADVANCE", "XE", "INDEX", "RD", "TA", "TOA", "AUTONUM",
    "AUTONUMLGL", "AUTONUMOUT", "LISTNUM", "FORMTEXT", "FORMCHECKBOX", "FORMDROPDOWN",
    "EMBED", "LINK", "SHAPE", "NUMWORDS", "NUMCHARS", "REVNUM", "TEMPLATE", "USERNAME",
    "USERINITIALS", "USERADDRESS", "INFO", "COMMENTS", "EDITTIME", "FILESIZE", "BARCODE",
    "DISPLAYBARCODE", "MACROBUTTON", "GOTOBUTTON", "PRINT", "BIBLIOGRAPHY", "CITATION",
    "PRIVATE", "ADDIN", "CONTROL", "HTMLACTIVEX", "AUTOTEXT", "GLOSSARY", "BIDIOUTLINE",
})  # fmt: skip
#: What only the laying out of pages knows: a field around one of these stays one of Word's.
OF_THE_PAGE = frozenset({
    "PAGE", "NUMPAGES", "SECTIONPAGES", "SECTION", "PAGEREF", "NOTEREF", "SEQ", "STYLEREF",
    "LISTNUM", "AUTONUM",
})  # fmt: skip


def duty(instruction: Instruction) -> Duty:
    """What is done with a field of that code."""
    kind = instruction.kind
    if kind == "MERGEFIELD":
        return Duty.FILLED
    if kind in _EVALUATED or kind.startswith("="):
        return Duty.EVALUATED
    if kind in _KEPT:
        return Duty.KEPT
    if kind in _REFUSED:
        return Duty.REFUSED
    if kind in _LIVE or not kind:
        return Duty.LIVE
    return Duty.UNKNOWN


def is_of_the_page(one: Field) -> bool:
    """Whether a field stands around one that only the laying out of pages knows."""
    return any(inner.instruction.kind in OF_THE_PAGE for inner in one.in_code)
