"""The pure decisions of reports, over made-up forms: no database."""

from __future__ import annotations

from datetime import date, datetime, timedelta
from fractions import Fraction

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.base.playbooks.api import Absent, Column, MetricTerm, ReportForm, parse_formula, parse_identity
from lianfang.base.playbooks.model.common import Words
from lianfang.base.playbooks.model.forms import ReportIdentity
from lianfang.domain.reports import rules
from lianfang.domain.reports.rules import Snapshot
from lianfang.domain.reports.table import adds_up
from lianfang.kernel.clock import BEIJING
from lianfang.kernel.errors import LianfangError

pytestmark = pytest.mark.row("I1")


def column(key, formula=None, unit="person", ask=None):
    return Column(
        key=key, zh=key, en=key, unit=unit, metric=parse_formula(formula) if formula else None,
        ask=Words(zh=ask, en=ask) if ask else None,
    )  # fmt: skip


FORM = ReportForm(
    key="trial", zh="试", en="trial", level="community", route="area", period="day", cutoffs=("17:00",),
    zero_report=True,
    columns=(
        column("new", "watch.new"), column("gone", "watch.gone"), column("now", "watch.now"),
        column("both", "watch.new + watch.gone"), column("share", "watch.gone / watch.new"),
        column("off", "dead.engine"), column("why", "watch.why[each]", unit="list"),
        column("guests", unit="person", ask="只有本人知道"),
    ),
    identities=(
        ReportIdentity(zh="昨日", en="yesterday", holds=parse_identity("now == previous(now) + new - gone")),
        ReportIdentity(zh="停用", en="off", holds=parse_identity("off == new")),
    ),
)  # fmt: skip
WITHOUT_QUESTION = ReportForm(
    **{name: getattr(FORM, name) for name in FORM.__struct_fields__} | {"columns": FORM.columns[:-1]}
)
counts = st.integers(0, 10**6)


def derived(new, gone, now, why=None):
    figures = {"watch.new": new, "watch.gone": gone, "watch.now": now}

    def metric(term: MetricTerm, asked: str = ""):
        return Fraction(figures[term.name]) if term.name in figures else Absent.OFF

    return rules.derive(FORM, metric, lambda name, asked: why or {}), metric


@given(new=counts, gone=counts, now=counts)
def test_columns_follow_their_formulas(new, gone, now):
    found, _ = derived(new, gone, now)
    assert found.values["both"] == new + gone
    assert found.off == ("off",)
    assert found.unknown == (("share",) if new == 0 else ())
    assert ("share" in found.values) is (new != 0)
    assert Snapshot.from_json(found.as_json()) == found


@given(before=counts, new=counts, gone=counts, error=st.integers(-3, 3))
def test_an_identity_is_checked_and_never_patched(before, new, gone, error):
    yesterday, _ = derived(0, 0, before)
    today, metric = derived(new, gone, before + new - gone + error)
    first, second = rules.identities(FORM, today, yesterday, metric)
    assert first.holds is (error == 0)
    assert (first.left, first.right) == (before + new - gone + error, before + new - gone)
    assert second.holds is None
    assert rules.identities(FORM, today, None, metric)[0].holds is None
    assert today.values["now"] == before + new - gone + error


@given(new=st.integers(0, 1), gone=st.integers(0, 1), why=st.integers(0, 1), stated=st.booleans())
def test_zero_is_stated_exactly_when_there_is_nothing(new, gone, why, stated):
    found, _ = derived(new, gone, 0, {"refused": why})
    nothing = not (new or gone or why)
    if stated == nothing:
        rules.check_zero(FORM, found, stated=stated)
    else:
        with pytest.raises(LianfangError) as caught:
            rules.check_zero(FORM, found, stated=stated)
        assert caught.value.code == ("report.zero_unstated" if nothing else "report.not_zero")


@given(minutes=st.integers(-2000, 2000), zero=st.booleans(), version=st.integers(1, 3))
def test_lateness_before_zero_and_correction_before_both(minutes, zero, version):
    day = date(2022, 4, 6)
    moment = datetime(2022, 4, 6, 17, tzinfo=BEIJING) + timedelta(minutes=minutes)
    state = rules.state_at(version=version, zero=zero, confirmed_at=moment, day=day, cutoff="17:00")
    expected = "corrected" if version > 1 else "late" if minutes > 0 else "zero_report" if zero else "reported"
    assert state == expected


def test_answers_are_checked():
    found, _ = derived(1, 0, 1)
    assert rules.with_answers(FORM, found, {"guests": " 1，204 "}, required=True).values["guests"] == 1204
    for given_text, code in (("", "report.answer_missing"), ("-3", "report.answer_not_a_count"),
                             ("三", "report.answer_not_a_count"), ("9" * 30, "report.answer_not_a_count"),
                             ("²", "report.answer_not_a_count")):  # fmt: skip
        with pytest.raises(LianfangError) as caught:
            rules.with_answers(FORM, found, {"guests": given_text}, required=True)
        assert caught.value.code == code
    assert "guests" not in rules.with_answers(FORM, found, {}, required=False).values
    assert rules.questions(WITHOUT_QUESTION) == ()


@given(first=counts, second=counts)
def test_changes_name_exactly_what_differs(first, second):
    before, _ = derived(first, 5, 7)
    after, _ = derived(second, 5, 7)
    changed = {one.key for one in rules.changes(FORM, before, after)}
    assert ("new" in changed) is (first != second)
    assert {"gone", "now", "off"}.isdisjoint(changed)


def test_which_columns_add_up():
    assert [one.key for one in FORM.columns if adds_up(one)] == ["new", "gone", "now", "both", "off", "why", "guests"]
    assert adds_up(column("doubled", "watch.new * 2"))
    assert not adds_up(column("product", "watch.new * watch.gone"))
