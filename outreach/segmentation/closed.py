"""Fields that hold one of a few words: what is typed beside them must be one of these.

`kind = "client"` means `customer`; a misspelt word would select nobody in silence, and
its `not` everybody.
"""

from __future__ import annotations

from outreach.errors import Text, did_you_mean
from outreach.model.text import fold
from outreach.model.words import CLOSED
from outreach.segmentation.errors import Source
from outreach.segmentation.history import History
from outreach.segmentation.syntax import Raw
from outreach.segmentation.tree import FieldValue, Given, Term
from outreach.segmentation.vocabulary import Vocabulary


class ClosedWords:
    """The words typed in one expression, as the base has them."""

    def __init__(self, source: Source, vocabulary: Vocabulary) -> None:
        self.source = source
        self.history = History(source, vocabulary)

    def put(self, term: Term, spot: Raw, beside: Term) -> Term:
        """A text beside such a field in the form that is stored; any other term as it is.

        Raises `ExpressionError` for a word that the field never holds.
        """
        typed = isinstance(term, Given) and isinstance(term.value, str)
        if not typed or not isinstance(beside, FieldValue):
            return term
        assert isinstance(term, Given)
        name, word = beside.field.name, term.written or str(term.value)
        if name == "stage":
            return Given(fold(self.history.stage(spot, word.strip())), word)
        ways = CLOSED.get(name)
        if ways is None:
            return term
        if found := ways.get(fold(word.strip())):
            return Given(found, word)
        raise self.source.error(
            Text("{field} is never {text!r}", field=name, text=word),
            spot.span,
            did_you_mean(fold(word), ways)
            or Text("one of: {words}", words=", ".join(dict.fromkeys(ways.values()))),
        )
