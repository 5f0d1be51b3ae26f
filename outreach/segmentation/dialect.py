"""The dialect that sqlglot parses: the contract's operators and not one keyword more.

Every other word is a name (so that fields may be called `date`, `order` or
`from`), and every function is looked up by us. Imported late: sqlglot is large.
"""

from __future__ import annotations

from typing import ClassVar

from sqlglot import exp, parser, tokens
from sqlglot.dialects.dialect import Dialect
from sqlglot.tokenizer_core import TokenType


class Expressions(Dialect):
    """WHERE clauses as CONTRACT, "Expressions", writes them."""

    class Tokenizer(tokens.Tokenizer):
        QUOTES: ClassVar = ["'", '"']
        STRING_ESCAPES: ClassVar = ["'", '"']
        IDENTIFIERS: ClassVar = ["`"]
        IDENTIFIER_ESCAPES: ClassVar = ["`"]
        COMMENTS: ClassVar = []
        KEYWORDS: ClassVar = {
            "==": TokenType.EQ,
            "!=": TokenType.NEQ,
            "<>": TokenType.NEQ,
            "<=": TokenType.LTE,
            ">=": TokenType.GTE,
            "AND": TokenType.AND,
            "OR": TokenType.OR,
            "NOT": TokenType.NOT,
            "IN": TokenType.IN,
            "BETWEEN": TokenType.BETWEEN,
            "IS": TokenType.IS,
            "LIKE": TokenType.LIKE,
            "NULL": TokenType.NULL,
            "TRUE": TokenType.TRUE,
            "FALSE": TokenType.FALSE,
        }

    class Parser(parser.Parser):
        FUNCTIONS: ClassVar = {}
        FUNCTION_PARSERS: ClassVar = {}
        NO_PAREN_FUNCTIONS: ClassVar = {}
        NO_PAREN_FUNCTION_PARSERS: ClassVar = {}


#: The binary nodes that may occur, and how the raw tree calls them.
BINARY: dict[type[exp.Expr], str] = {
    exp.And: "and",
    exp.Or: "or",
    exp.EQ: "=",
    exp.NEQ: "!=",
    exp.LT: "<",
    exp.LTE: "<=",
    exp.GT: ">",
    exp.GTE: ">=",
    exp.Add: "+",
    exp.Sub: "-",
    exp.Mul: "*",
    exp.Div: "/",
    exp.Like: "like",
}

#: Arguments that sqlglot sets on a division and that change nothing for us.
_IGNORED: dict[type[exp.Expr], set[str]] = {exp.Div: {"typed", "safe"}}
_SIDES = {"this", "expression"}

#: Every node that may occur *and its arguments*: sqlglot hides negations in arguments.
ALLOWED: dict[type[exp.Expr], set[str]] = {
    **{kind: _SIDES | _IGNORED.get(kind, set()) for kind in BINARY},
    exp.Like: _SIDES | {"negate"},
    exp.Is: _SIDES | {"negate"},
    exp.Paren: {"this"},
    exp.Not: {"this"},
    exp.Neg: {"this"},
    exp.In: {"this", "expressions"},
    exp.Between: {"this", "low", "high"},
    exp.Column: {"this"},
    exp.Identifier: {"this", "quoted"},
    exp.Literal: {"this", "is_string"},
    exp.Null: set(),
    exp.Boolean: {"this"},
    exp.Anonymous: {"this", "expressions"},
}
