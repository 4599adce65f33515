"""Formulas of report columns and the identities between them: a tiny language, parsed and evaluated without eval.

A formula joins metrics with + - * / and parentheses: `rounds.expected - rounds.not_sampled[refused]`. A metric is
`engine.name`, alone for its total, with `[value]` for one value of its dimension, or `[each]` (only alone) for a list
by value. An identity is `left == right` over column keys and metrics; `previous(x)` is yesterday's x.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from enum import Enum
from fractions import Fraction
from typing import Literal

from lianfang.kernel.errors import LianfangError, define

MOST_CHARACTERS = 400
MOST_TERMS = 60
EACH = "each"

define(
    "formula.malformed",
    status=422,
    zh="公式“{text}”看不懂。只能用指标名、数字、+ - * / 和括号，例如 rounds.expected - rounds.sampled。",
    en="The formula '{text}' cannot be read. Use metric names, numbers, + - * / and parentheses only.",
)
define(
    "formula.part_not_allowed",
    status=422,
    zh="公式“{text}”中的“{part}”不允许。只能用指标名、数字、+ - * / 和括号。",
    en="'{part}' is not allowed in the formula '{text}'. Use metric names, numbers, + - * / and parentheses only.",
)
define(
    "formula.too_long",
    status=422,
    zh="公式“{text}…”太长：最多{limit}个字符。请拆成几列。",
    en="The formula '{text}…' is too long: {limit} characters at most. Split it into several columns.",
)
define(
    "formula.each_not_alone",
    status=422,
    zh="公式“{text}”中带[each]的指标只能单独成列。请去掉其他运算。",
    en="In the formula '{text}' a metric with [each] must stand alone. Take the other terms away.",
)
define(
    "formula.identity_malformed",
    status=422,
    zh="等式“{text}”看不懂。应写作 左 == 右，各边用列名、指标名、previous(列名)和 + - * /。",
    en="The identity '{text}' cannot be read. Write left == right with columns, metrics, previous(column) and + - * /.",
)


class Absent(Enum):
    """Why there is no number. OFF: the engine does not run here (未启用). UNKNOWN: nothing reported, or a ÷ 0."""

    OFF = "off"
    UNKNOWN = "unknown"


Number = Fraction | Absent


@dataclass(frozen=True)
class MetricTerm:
    """A metric: its total, one value of its dimension, or each of them."""

    name: str
    value: str | None = None
    previous: bool = False

    def __str__(self) -> str:
        own = self.name if self.value is None else f"{self.name}[{self.value}]"
        return f"previous({own})" if self.previous else own


@dataclass(frozen=True)
class ColumnTerm:
    """A column of the same report, only in identities."""

    key: str
    previous: bool = False

    def __str__(self) -> str:
        return f"previous({self.key})" if self.previous else self.key


@dataclass(frozen=True)
class Constant:
    """A number as written."""

    number: Fraction


@dataclass(frozen=True)
class Operation:
    """Two terms joined."""

    sign: Literal["+", "-", "*", "/"]
    left: Term
    right: Term


Term = MetricTerm | ColumnTerm | Constant | Operation
Lookup = Callable[[MetricTerm | ColumnTerm], Number]


@dataclass(frozen=True)
class Formula:
    """A column's formula as written and as read."""

    text: str
    term: Term

    @property
    def by_each_value(self) -> bool:
        """Whether the column is a list by value of a dimension instead of one number."""
        return isinstance(self.term, MetricTerm) and self.term.value == EACH

    def metrics(self) -> tuple[MetricTerm, ...]:
        """Every metric in it, in the order of writing."""
        return tuple(term for term in leaves(self.term) if isinstance(term, MetricTerm))

    def evaluate(self, lookup: Lookup) -> Number:
        """The value with exact fractions; absent when any part is (OFF before UNKNOWN) or on division by zero."""
        return _evaluate(self.term, lookup)


@dataclass(frozen=True)
class IdentityOutcome:
    """Both sides of an identity; holds is None when a side is absent."""

    left: Number
    right: Number

    @property
    def holds(self) -> bool | None:
        """True, False, or None when it cannot be judged."""
        if isinstance(self.left, Absent) or isinstance(self.right, Absent):
            return None
        return self.left == self.right


@dataclass(frozen=True)
class Identity:
    """left == right."""

    text: str
    left: Term
    right: Term

    def terms(self) -> tuple[MetricTerm | ColumnTerm, ...]:
        """Every metric and column in it, in the order of writing."""
        return (*leaves(self.left), *leaves(self.right))

    def check(self, lookup: Lookup) -> IdentityOutcome:
        """Both sides for the figures of a day."""
        return IdentityOutcome(left=_evaluate(self.left, lookup), right=_evaluate(self.right, lookup))


def parse_formula(text: str) -> Formula:
    """A column's formula; raises formula.malformed, .part_not_allowed, .too_long or .each_not_alone."""
    term = _Reader(text, columns_allowed=False).read(_tree(text, "formula.malformed").body)
    formula = Formula(text=text, term=term)
    if not formula.by_each_value and any(metric.value == EACH for metric in formula.metrics()):
        raise LianfangError("formula.each_not_alone", text=text)
    return formula


def parse_identity(text: str) -> Identity:
    """An identity; raises formula.identity_malformed and the errors of `parse_formula`."""
    body = _tree(text, "formula.identity_malformed").body
    if not (isinstance(body, ast.Compare) and len(body.ops) == 1 and isinstance(body.ops[0], ast.Eq)):
        raise LianfangError("formula.identity_malformed", text=text)
    reader = _Reader(text, columns_allowed=True)
    identity = Identity(text=text, left=reader.read(body.left), right=reader.read(body.comparators[0]))
    if any(isinstance(term, MetricTerm) and term.value == EACH for term in identity.terms()):
        raise LianfangError("formula.each_not_alone", text=text)
    return identity


def leaves(term: Term) -> Iterator[MetricTerm | ColumnTerm]:
    """The metrics and columns of a term, left to right."""
    if isinstance(term, Operation):
        yield from leaves(term.left)
        yield from leaves(term.right)
    elif not isinstance(term, Constant):
        yield term


# -------------------------------------------------------------------------------------------------------- reading

_SIGNS: dict[type[ast.operator], Literal["+", "-", "*", "/"]] = {
    ast.Add: "+",
    ast.Sub: "-",
    ast.Mult: "*",
    ast.Div: "/",
}


def _tree(text: str, code: str) -> ast.Expression:
    if len(text) > MOST_CHARACTERS:
        raise LianfangError("formula.too_long", text=text[:40], limit=MOST_CHARACTERS)
    try:
        tree = ast.parse(text.strip(), mode="eval")
    except (SyntaxError, ValueError, MemoryError, RecursionError):
        raise LianfangError(code, text=text) from None
    if sum(1 for _ in ast.walk(tree)) > MOST_TERMS * 5:
        raise LianfangError("formula.too_long", text=text[:40], limit=MOST_CHARACTERS)
    return tree


class _Reader:
    """Turns Python's syntax tree into terms; whatever is not named here is not allowed."""

    def __init__(self, text: str, *, columns_allowed: bool) -> None:
        self._text = text
        self._columns_allowed = columns_allowed

    def read(self, node: ast.expr) -> Term:
        match node:
            case ast.BinOp(left=left, op=op, right=right) if type(op) in _SIGNS:
                return Operation(sign=_SIGNS[type(op)], left=self.read(left), right=self.read(right))
            case ast.UnaryOp(op=ast.USub(), operand=operand):
                return Operation(sign="-", left=Constant(Fraction(0)), right=self.read(operand))
            case ast.Constant(value=int() | float() as number) if not isinstance(number, bool):
                return Constant(Fraction(str(number)))
            case ast.Call(func=ast.Name(id="previous"), args=[inner], keywords=[]) if self._columns_allowed:
                return self._previous(inner)
        return self._leaf(node)

    def _leaf(self, node: ast.expr) -> MetricTerm | ColumnTerm:
        match node:
            case ast.Attribute(value=ast.Name(id=engine), attr=name):
                return MetricTerm(f"{engine}.{name}")
            case ast.Subscript(value=ast.Attribute(value=ast.Name(id=engine), attr=name), slice=ast.Name(id=value)):
                return MetricTerm(f"{engine}.{name}", value)
            case ast.Subscript(value=ast.Attribute(value=ast.Name(id=engine), attr=name), slice=ast.Constant(value)):
                if isinstance(value, int | str) and not isinstance(value, bool):
                    return MetricTerm(f"{engine}.{name}", str(value))
            case ast.Name(id=key) if self._columns_allowed:
                return ColumnTerm(key)
        raise LianfangError("formula.part_not_allowed", text=self._text, part=ast.unparse(node))

    def _previous(self, inner: ast.expr) -> MetricTerm | ColumnTerm:
        term = self._leaf(inner)
        if isinstance(term, ColumnTerm):
            return ColumnTerm(term.key, previous=True)
        return MetricTerm(term.name, term.value, previous=True)


def _evaluate(term: Term, lookup: Lookup) -> Number:
    if isinstance(term, Constant):
        return term.number
    if not isinstance(term, Operation):
        return lookup(term)
    left, right = _evaluate(term.left, lookup), _evaluate(term.right, lookup)
    if isinstance(left, Absent) or isinstance(right, Absent):
        return Absent.OFF if Absent.OFF in (left, right) else Absent.UNKNOWN
    if term.sign == "/":
        return left / right if right else Absent.UNKNOWN
    return _JOIN[term.sign](left, right)


_JOIN: dict[str, Callable[[Fraction, Fraction], Fraction]] = {"+": operator.add, "-": operator.sub, "*": operator.mul}
