"""The little language of formulas: what it reads, what it refuses, how absence travels."""

from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.base.playbooks.formulas import (
    Absent,
    ColumnTerm,
    MetricTerm,
    parse_formula,
    parse_identity,
)
from lianfang.kernel.errors import LianfangError

DAY = {
    "rounds.expected": 100,
    "rounds.sampled": 90,
    "rounds.not_sampled": 10,
    "rounds.not_sampled[away]": 7,
    "rounds.tubes": 0,
    "watches.on_watch": Absent.OFF,
    "duty.posts": Absent.UNKNOWN,
}


def value(term):
    found = DAY[str(term)]
    return found if isinstance(found, Absent) else Fraction(found)


@pytest.mark.parametrize(
    ("text", "result"),
    [
        ("rounds.expected", 100),
        ("rounds.expected - rounds.sampled", 10),
        ("rounds.expected - rounds.sampled - rounds.not_sampled", 0),
        ("rounds.sampled / rounds.expected * 100", 90),
        ("(rounds.sampled + 2) * 0.5", 46),
        ("-rounds.sampled + rounds.expected", 10),
        ("2 + 3 * 4", 14),
        ("rounds.not_sampled[away]", 7),
        ("rounds.not_sampled['away']", 7),
        ("rounds.sampled / rounds.tubes", Absent.UNKNOWN),
        ("watches.on_watch + 1", Absent.OFF),
        ("duty.posts * 2", Absent.UNKNOWN),
        ("duty.posts + watches.on_watch", Absent.OFF),
        ("0 * watches.on_watch", Absent.OFF),
    ],
)
def test_formulas_compute_exactly_and_absence_is_never_zero(text, result):
    assert parse_formula(text).evaluate(value) == result


def test_a_third_stays_a_third():
    assert parse_formula("rounds.not_sampled / 3").evaluate(value) == Fraction(10, 3)


def test_dimensions_may_be_numbers():
    assert parse_formula("rounds.sampled[3]").metrics() == (MetricTerm("rounds.sampled", "3"),)


def test_a_list_by_value_stands_alone():
    formula = parse_formula("rounds.not_sampled[each]")
    assert formula.by_each_value
    assert not parse_formula("rounds.not_sampled").by_each_value


@pytest.mark.parametrize(
    "text",
    [
        "__import__('os').system('x')",
        "rounds.sampled ** 9",
        "rounds.sampled % 2",
        "rounds.sampled if 1 else 2",
        "rounds.a.b",
        "[1, 2]",
        "'text'",
        "True",
        "sampled",
        "previous(rounds.sampled)",
        "lambda: 1",
        "rounds.sampled[True]",
        "rounds.sampled[1.5]",
        "rounds.sampled[a.b]",
        "rounds.sampled == 3",
        "f(1)",
        "1j",
        "~rounds.sampled",
    ],
)
def test_nothing_else_is_allowed(text):
    with pytest.raises(LianfangError) as caught:
        parse_formula(text)
    assert caught.value.code == "formula.part_not_allowed"


@pytest.mark.parametrize("text", ["", "1 +", "a b", "rounds.sampled[]", "(" * 300 + "1" + ")" * 300, "\x00"])
def test_what_cannot_be_read_is_refused(text):
    with pytest.raises(LianfangError) as caught:
        parse_formula(text)
    assert caught.value.code in ("formula.malformed", "formula.too_long")


@pytest.mark.parametrize("text", ["1+" * 250 + "1", "1+" * 199 + "1", "-" * 399 + "1"])
def test_very_long_formulas_are_refused(text):
    with pytest.raises(LianfangError) as caught:
        parse_formula(text)
    assert caught.value.code == "formula.too_long"


def test_identities_hold_break_or_cannot_be_judged():
    figures = {"a": 5, "previous(a)": 3, "new": 2, "previous(rounds.sampled)": Absent.UNKNOWN}

    def lookup(term):
        found = figures.get(str(term), DAY.get(str(term)))
        return found if isinstance(found, Absent) else Fraction(found)

    assert parse_identity("a == previous(a) + new").check(lookup).holds is True
    broken = parse_identity("a == previous(a) - new").check(lookup)
    assert (broken.holds, broken.left, broken.right) == (False, 5, 1)
    assert parse_identity("a == previous(rounds.sampled)").check(lookup).holds is None
    assert parse_identity("watches.on_watch == a").check(lookup).holds is None
    assert parse_identity("rounds.expected == rounds.sampled + rounds.not_sampled").check(lookup).holds is True


def test_identities_know_their_terms():
    identity = parse_identity("a == previous(b) + previous(rounds.sampled[away]) + 1")
    assert identity.terms() == (
        ColumnTerm("a"),
        ColumnTerm("b", previous=True),
        MetricTerm("rounds.sampled", "away", previous=True),
    )
    assert [str(term) for term in identity.terms()] == ["a", "previous(b)", "previous(rounds.sampled[away])"]


@pytest.mark.parametrize("text", ["a", "a < b", "a == b == c", "a =", "a == previous(b"])
def test_what_is_no_identity_is_refused(text):
    with pytest.raises(LianfangError) as caught:
        parse_identity(text)
    assert caught.value.code == "formula.identity_malformed"


@pytest.mark.parametrize("text", ["a == previous()", "a == previous(b, c)", "a == previous(b + c)", "a == other(b)"])
def test_previous_takes_one_term(text):
    with pytest.raises(LianfangError) as caught:
        parse_identity(text)
    assert caught.value.code == "formula.part_not_allowed"


def test_an_identity_takes_no_lists():
    with pytest.raises(LianfangError) as caught:
        parse_identity("a == rounds.not_sampled[each]")
    assert caught.value.code == "formula.each_not_alone"


numbers = st.integers(0, 10_000)
expressions = st.recursive(
    numbers.map(str),
    lambda inner: st.tuples(inner, st.sampled_from(["+", "-", "*", "/"]), inner).map(
        lambda t: f"({t[0]} {t[1]} {t[2]})"
    ),
    max_leaves=8,
)


def exactly(text):
    """An independent reading: Python's own arithmetic over exact fractions."""
    try:
        return eval(__import__("re").sub(r"\d+", r"Fraction(\g<0>)", text), {"Fraction": Fraction})
    except ZeroDivisionError:
        return Absent.UNKNOWN


@given(expressions)
def test_arithmetic_agrees_with_python(text):
    assert parse_formula(text).evaluate(value) == exactly(text)
