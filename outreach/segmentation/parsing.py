"""From text to the raw tree: a scan, sqlglot, a whitelist.

sqlglot reads far more than the contract allows; what it made is accepted node by
node *and argument by argument* (it hides negations in arguments), and its own
messages, written for SQL programmers, are replaced.
"""

from __future__ import annotations

import re
from decimal import Decimal
from typing import TYPE_CHECKING

from outreach.errors import Text
from outreach.segmentation.errors import ExpressionError, Source, Span
from outreach.segmentation.scanning import MAX_DEPTH, Scanned, scan
from outreach.segmentation.syntax import Call, Digits, Name, Null, Operation, Quoted, Raw, Truth

if TYPE_CHECKING:
    from sqlglot import exp
    from sqlglot.errors import ParseError

#: Most nodes of sqlglot's tree; a comparison has four.
MAX_NODES = 500
#: Digits that survive SQLite's REAL and back (IEEE 754), so both databases compare alike.
MAX_DIGITS = 15
#: Deepest tree, chains of and/or counting once.
_MAX_LEVELS = 4 * MAX_DEPTH

_NUMBER = re.compile(r"\d+\.?\d*|\.\d+", re.ASCII)
#: The first word of a text without its quotes: `city = Saint Malo`.
_FIRST_WORD = re.compile(r"(?:[=<>(,]|\blike)\s*([\w'-]+)\s*$", re.IGNORECASE)


def parse(source: Source) -> Raw:
    """The raw tree of an expression. Raises `ExpressionError`."""
    scanned = scan(source)
    tree = _tree(source, scanned.text)
    for count, _ in enumerate(tree.walk()):
        if count >= MAX_NODES:
            raise source.error(
                Text("the expression is too long"),
                source.whole(),
                Text("save parts of it as segments and join them: in_segment(…)"),
            )
    return _Reading(source, scanned).read(tree, source.whole(), 0)


def _tree(source: Source, cleaned: str) -> exp.Expr:
    import sqlglot
    from sqlglot.errors import ParseError, SqlglotError

    from outreach.segmentation.dialect import Expressions

    try:
        tree: exp.Expr = sqlglot.parse_one(cleaned, into=sqlglot.exp.Condition, dialect=Expressions)
    except ParseError as error:
        raise _reworded(source, cleaned, error) from None
    except (SqlglotError, RecursionError):
        raise source.error(Text("this cannot be read"), source.whole()) from None
    return tree


def _reworded(source: Source, cleaned: str, error: ParseError) -> ExpressionError:
    """What sqlglot stumbled over, in our words."""
    detail = error.errors[0] if error.errors else {}
    word = str(detail.get("highlight") or "")
    end = _offset(cleaned, int(detail.get("line") or 1), int(detail.get("col") or 0))
    span = Span(max(0, end - len(word)), end)
    if not cleaned[end:].strip() and "Unexpected" not in str(detail.get("description")):
        return source.error(Text("something is missing after {word}", word=word), span)
    if word.lower() == "is":
        return _after_is(source, span)
    if re.fullmatch(r"\w.*", word):
        hint = _stray_word(cleaned[: span.start], word)
        return source.error(Text("{word} cannot stand here", word=word), span, hint)
    return source.error(Text("{word} cannot stand here", word=word or "?"), span)


def _after_is(source: Source, span: Span) -> ExpressionError:
    return source.error(
        Text("after `is` only null and not null can stand"),
        span,
        Text("write: is null, is not null, field = value, or for yes and no: field, not field"),
    )


def _stray_word(before: str, word: str) -> Text:
    first = _FIRST_WORD.search(before)
    if first:
        return Text('text stands in quotes: "{text}"', text=f"{first[1]} {word}")
    if word.lower() == "ilike":
        return Text("write: like (case never counts)")
    return Text("conditions are joined by and / or")


def _offset(text: str, line: int, column: int) -> int:
    start = 0
    for _ in range(line - 1):
        start = text.find("\n", start) + 1
    return min(len(text), start + column)


class _Reading:
    """One pass over sqlglot's tree; every method refuses what it does not know."""

    def __init__(self, source: Source, scanned: Scanned) -> None:
        from outreach.segmentation import dialect

        self.source = source
        self.closed = scanned.closed
        self.constants = iter(scanned.constants)
        self.allowed = dialect.ALLOWED
        self.binary = dialect.BINARY

    def read(self, node: exp.Expr, within: Span, level: int) -> Raw:
        span = self._span(node) or within
        self._admit(node, span, level)
        kind = type(node).__name__
        if type(node) in self.binary:
            return self._binary(node, span, level)
        match kind:
            case "Paren":
                return self.read(node.this, span, level + 1)
            case "Not":
                return Operation("not", (self.read(node.this, span, level + 1),), span)
            case "Neg":
                return Operation("negative", (self.read(node.this, span, level + 1),), span)
            case "Is":
                return self._is(node, span, level)
            case "In" | "Between":
                return self._range(node, span, level)
            case "Anonymous":
                return Call(str(node.this), self._all(node.expressions, span, level), span)
            case _:
                return self._leaf(node, span)

    def _admit(self, node: exp.Expr, span: Span, level: int) -> None:
        used = {name for name, value in node.args.items() if value}
        if level > _MAX_LEVELS:
            raise self.source.error(Text("the expression is nested too deeply"), span)
        if type(node) not in self.allowed or used - self.allowed[type(node)]:
            what, hint = _refusal(type(node).__name__)
            raise self.source.error(what, span, hint)

    def _span(self, node: exp.Expr) -> Span | None:
        """From the first to the last character of what the node was read from, where known."""
        if type(node).__name__ in ("Null", "Boolean"):
            return next(self.constants, None)
        metas = [n.meta for n in node.walk() if "start" in n.meta]
        if not metas:
            return None
        start, end = min(m["start"] for m in metas), max(m["end"] for m in metas) + 1
        closings = (close + 1 for opened, close in self.closed.items() if start <= opened <= end)
        return Span(start, max((end, *closings)))

    def _binary(self, node: exp.Expr, span: Span, level: int) -> Raw:
        word = self.binary[type(node)]
        if word in ("and", "or"):
            operands = self._all(list(_chain(node)), span, level)
        else:
            operands = self._all([node.this, node.expression], span, level)
        operation = Operation(word, operands, span)
        return Operation("not", (operation,), span) if node.args.get("negate") else operation

    def _is(self, node: exp.Expr, span: Span, level: int) -> Raw:
        if type(node.expression).__name__ != "Null":
            raise _after_is(self.source, span)
        missing = Operation("is_null", (self.read(node.this, span, level + 1),), span)
        next(self.constants, None)  # its null
        return Operation("not", (missing,), span) if node.args.get("negate") else missing

    def _range(self, node: exp.Expr, span: Span, level: int) -> Raw:
        if type(node).__name__ == "Between":
            nodes = [node.this, node.args["low"], node.args["high"]]
            return Operation("between", self._all(nodes, span, level), span)
        if not node.expressions:
            raise self.source.error(Text("the list of `in` is empty"), span)
        return Operation("in", self._all([node.this, *node.expressions], span, level), span)

    def _all(self, nodes: list[exp.Expr], within: Span, level: int) -> tuple[Raw, ...]:
        return tuple(self.read(node, within, level + 1) for node in nodes)

    def _leaf(self, node: exp.Expr, span: Span) -> Raw:
        match type(node).__name__:
            case "Null":
                return Null(span)
            case "Boolean":
                return Truth(bool(node.this), span)
            case "Literal" if node.is_string:
                return Quoted(str(node.this), span)
            case "Literal":
                return Digits(self._number(str(node.this), span), span)
            case _:  # a column: its only argument is an identifier, or what stood in its place
                name = node.this
                if type(name).__name__ == "Literal":
                    return self.read(name, span, 0)
                return Name(str(name.this), span, in_backticks=bool(name.args.get("quoted")))

    def _number(self, text: str, span: Span) -> Decimal:
        if not _NUMBER.fullmatch(text):
            raise self.source.error(
                Text("{number} is not a number as they are written here", number=text),
                span,
                Text("write plain digits and a point: 1200.50"),
            )
        value = Decimal(text)
        if len(text.replace(".", "").strip("0")) > MAX_DIGITS:
            raise self.source.error(
                Text("a number has at most {count} digits", count=MAX_DIGITS),
                span,
                Text('longer ones are identifiers, hence text: "{number}"', number=text),
            )
        return value


def _chain(node: exp.Expr) -> list[exp.Expr]:
    """The operands of `a and b and c`, which sqlglot nests to the left."""
    operands = []
    kind = type(node)
    while type(node) is kind:
        operands.append(node.expression)
        node = node.this
    return [node, *reversed(operands)]


def _refusal(kind: str) -> tuple[Text, Text | None]:
    match kind:
        case "Block":
            return Text("only one expression can stand here"), None
        case "Concat":
            return (
                Text("two texts stand side by side"),
                Text("put an operator between them: = , and, or"),
            )
        case "In":
            return (
                Text("a list in parentheses must stand after `in`"),
                Text('for example: city in ("Rennes", "Nantes")'),
            )
        case "Column" | "Dot":
            return (
                Text("a name with a dot in it is not possible"),
                Text("write the field alone: city; labels in backticks: `Date de commande`"),
            )
        case "Tuple":
            return Text("a list cannot stand here"), None
        case _:
            return (
                Text("this is not possible in an expression"),
                Text("comparisons, and, or, not, in, between, like, is null, and functions"),
            )
