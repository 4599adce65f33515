"""Progress of the areas below a place as layers of one map: coverage, late reports, people placed, places paired, posts, needs.

Every figure is read from the metrics that the engines publish; returns are counted by the reports' own read.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from functools import cached_property, partial
from typing import Any

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext

from lianfang.base.access.actor import Actor
from lianfang.base.access.places import Place
from lianfang.base.areas.api import DenominatorLine, denominators
from lianfang.base.areas.models import Area, Boundary
from lianfang.base.database.select import select_as
from lianfang.base.metrics.api import children, is_defined, metric, values
from lianfang.domain.reports.api import Period, counts_by_parent, period_of
from lianfang.domain.rounds.api import Coverage, coverage_below, rounds_of
from lianfang.domain.rounds.models import Round
from lianfang.kernel.clock import beijing_day
from lianfang.kernel.divisions import PATH_LENGTH, Level, short_name
from lianfang.kernel.errors import LianfangError
from lianfang.web import maps
from lianfang.web.area_maps import AreaMap, Fact, choose
from lianfang.web.formats import day, is_chinese, number, percent

COMMUNITY = PATH_LENGTH[Level.COMMUNITY]
TARGETS, ORPHANS, INCOMPLETE = "pairings.targets", "pairings.orphans", "pairings.incomplete"
PLACED, UNPLACED = "plans.people_placed", "plans.people_unplaced"
NEEDS, OUT = "missions.needs_open", "missions.people_out"
PLACES, FILLED = "duty.places", "duty.filled"
STOCKS = (TARGETS, ORPHANS, INCOMPLETE, PLACED, UNPLACED, NEEDS, OUT)
VILLAGES = ("communities", "villages")
"""What published counts of villages and communities are called."""
A_VILLAGE = (
    maps.Step("scale-1", "0", 0.0001, gettext_lazy("Nobody")),
    maps.Step("scale-3", "< 3", 3.0, gettext_lazy("Few a village")),
    maps.Step("scale-4", "3–8", 8.0, gettext_lazy("Some a village")),
    maps.Step("scale-5", "≥ 8", None, gettext_lazy("Many a village")),
)
"""People a village: bounds are an assumption around the documents' own averages (6.3 in Cangzhou, 9.8 in Tangshan)."""
ASKING = (
    maps.Step("scale-5", "0", 0.5, gettext_lazy("Nobody asks")),
    maps.Step("scale-3", "1", 1.5, gettext_lazy("One need")),
    maps.Step("scale-2", "2–3", 3.5, gettext_lazy("Some needs")),
    maps.Step("scale-1", "≥ 4", None, gettext_lazy("Many needs")),
)
"""Open needs for teams: assumption."""
AWAITED = (
    maps.Step("scale-5", "0", 0.0001, gettext_lazy("All reported")),
    maps.Step("scale-4", "< 50%", 0.5, gettext_lazy("Some awaited")),
    maps.Step("scale-3", "≥ 50%", None, gettext_lazy("Most awaited")),
)
"""Returns that may still come before the cut-off: in calm colours (bounds: assumption)."""


@dataclass(frozen=True)
class Known:
    """What a page has read already, so that it is read once.

    coverage: rows of the round, whatever their order. owed: returns are owed here; returns: counts them by state below each
    area, thousands in a city, so a map calls it only to show them. overdue: their cut-off has passed.
    """

    round: Round | None
    coverage: Sequence[Coverage]
    owed: bool
    returns: Callable[[], Mapping[str, Mapping[str, int]]]
    overdue: bool


@dataclass(frozen=True)
class _Choice:
    """A layer that a map offers, and how it is read when it is the one that is shown."""

    key: str
    label: str
    read: Callable[[], maps.Layer]


def progress_of(
    actor: Actor, place: Place, *, key: str, asked: str, wanted: Sequence[str], known: Known | None = None
) -> AreaMap | None:
    """The map of the areas right below a place with every layer that the reader may see and that has figures.

    asked: the key of a layer, shown where it is there; else the first of `wanted` that is there. The first wanted is shown
    empty where no layer has figures. None where the list has no areas below, or the place is a community.
    """
    below = select_as(Area, "where parent_path = %s and ended_on is null order by path", [place.path])
    if not below or len(place.path) >= COMMUNITY:
        return None
    reader = _Reader(actor, place, below)
    offered = reader.offered(known) or reader.empty(wanted[0])
    chosen = choose(offered, asked, *wanted)
    shown = chosen.read()
    layers = [shown if one is chosen else maps.Layer(one.key, one.label, (), {}) for one in offered]
    outlines, source = _outlines(below)
    named = [{"code": one.code, "name": short_name(one.name)} for one in below]
    given = maps.Choropleth(
        key,
        _("Map of %(place)s") % {"place": place.short},
        maps.placed(named, outlines),
        layers,
        reader.links(),
        source,
    )
    return AreaMap(
        given, shown, reader.says, reader.facts, _("Figures come with the first round, report, roster or plan.")
    )


class _Reader:
    """Reads the layers of one map."""

    def __init__(self, actor: Actor, place: Place, below: Sequence[Area]) -> None:
        self.actor, self.place, self.below = actor, place, below
        self.level = len(below[0].path)
        self.says: dict[str, str] = {}
        self.facts: dict[str, list[Fact]] = {}
        stocks = [name for name in STOCKS if is_defined(name)]
        self.stocks = children(place.path, stocks, level=self.level)
        self.here = values([place.path], stocks)

    def links(self) -> dict[str, str]:
        """The first page of each area."""
        return {one.code: reverse("area", args=[one.code]) for one in self.below}

    def offered(self, known: Known | None) -> list[_Choice]:
        """The layers that this reader may see and that have figures."""
        found = []
        if self.actor.sees("metrics", "figures"):
            known = known or read_known(self.place)
            found += _if_counted(self.coverage(known))
            if known.owed:
                found.append(_Choice("late", _late_words(known)[0], partial(self.late, known)))
        for layer in (self.posts(), self.people(), self.paired(), self.needs()):
            found += _if_counted(layer)
        return found

    def empty(self, wanted: str) -> list[_Choice]:
        """The layer that is wanted (else coverage), before anything is counted."""
        words = {"coverage": _("Coverage"), "late": _("Not reported"), "posts": _("Places on duty"), "placed": _("People placed"),
                 "paired": _("Villages with somebody"), "needs": _("Asking for teams")}  # fmt: skip
        key = wanted if wanted in words else "coverage"
        return [_Choice(key, words[key], lambda: maps.Layer(key, words[key], maps.COVERAGE, {}))]

    def coverage(self, known: Known) -> maps.Layer:
        """How much of the open round is done."""
        code = {one.path: one.code for one in self.below}
        found = {
            code[row.path]: maps.Value(
                maps.classify(row.share, maps.COVERAGE), percent(row.sampled, row.expected),
                f"{percent(row.sampled, row.expected)} · {number(row.sampled)} / {number(row.expected)}", row.share,
            )
            for row in known.coverage if row.path in code and row.share is not None
        }  # fmt: skip
        self.says["coverage"] = known.round.name if known.round else ""
        return maps.Layer("coverage", _("Coverage"), maps.COVERAGE, found)

    def late(self, known: Known) -> maps.Layer:
        """Villages and communities whose return is not in: awaited until the cut-off, a gap after it."""
        found = {}
        word, steps = _late_words(known)
        returns = known.returns()
        for one in self.below:
            counted = returns.get(one.path, {})
            whole, late = sum(counted.values()), counted.get("not_reported", 0)
            if whole:
                found[one.code] = maps.Value(
                    maps.classify(late / whole, steps),
                    number(late),
                    f"{number(late)} / {number(whole)}",
                    late / whole,
                )
        self.says["late"] = (
            _("Villages and communities whose daily return is missing, of those that owe one.")
            if known.overdue
            else _("Villages and communities whose daily return is still to come, of those that owe one.")
        )
        return maps.Layer("late", word, steps, found)

    def posts(self) -> maps.Layer:
        """Places of today's published shifts with nobody booked."""
        today = beijing_day(timezone.now())
        figures = children(self.place.path, (PLACES, FILLED), today, level=self.level)
        found = {}
        for one in self.below:
            whole, filled = figures.total(one.path, PLACES), figures.total(one.path, FILLED)
            if whole:
                left = max(0, whole - filled)
                text = _("%(open)s of %(all)s places with nobody") % {"open": number(left), "all": number(whole)}
                found[one.code] = maps.Value(maps.classify(left / whole, maps.OPEN), number(left), text, left / whole)
        self.says["posts"] = _("Places of published shifts that begin on %(day)s and have nobody booked.") % {
            "day": day(today)
        }
        return maps.Layer("posts", _("Places unfilled"), maps.OPEN, found)

    def people(self) -> maps.Layer:
        """People whom plans in force place, for each village or community of the list."""
        found = {}
        total = self.here.total(self.place.path, PLACED)
        for one in self.below if total else ():
            people, over = self.stocks.total(one.path, PLACED), self.stocks.total(one.path, UNPLACED)
            villages = self.stocks.of(one.path, TARGETS, "community")
            share = people / villages if villages else None
            text = ngettext("%(n)s person", "%(n)s people", people) % {"n": number(people)}
            if villages:
                text = _("%(people)s, %(each)s for each of %(n)s villages and communities") % {
                    "people": text, "each": number(share, 1), "n": number(villages)}  # fmt: skip
            if over:
                text = _("%(text)s; %(n)s not yet placed") % {"text": text, "n": number(over)}
            found[one.code] = maps.Value(maps.classify(share, A_VILLAGE), number(people), text, float(people))
        self.says["placed"] = self._metric_says(PLACED)
        self.facts["placed"] = self._placed_facts(total)
        return maps.Layer("placed", _("People placed"), A_VILLAGE, found)

    def paired(self) -> maps.Layer:
        """Villages and communities that somebody answers for."""
        found = {}
        for one in self.below:
            whole, nobody = (self.stocks.of(one.path, name, "community") for name in (TARGETS, ORPHANS))
            if whole:
                text = f"{percent(whole - nobody, whole)} · {number(whole - nobody)} / {number(whole)}"
                share = (whole - nobody) / whole
                found[one.code] = maps.Value(
                    maps.classify(share, maps.COVERAGE), percent(whole - nobody, whole), text, share
                )
        if all(
            self.stocks.of(one.path, TARGETS, "community") == self.stocks.of(one.path, ORPHANS, "community")
            for one in self.below
        ):
            found = {}  # nobody pairs villages here: not in use, rather than everything missing
        self.says["paired"] = _("Villages and communities that a person or a unit answers for.")
        self.facts["paired"] = self._paired_facts()
        return maps.Layer("paired", _("Villages with somebody"), maps.COVERAGE, found)

    def needs(self) -> maps.Layer:
        """Open needs for reserve and medical teams, and who is there already."""
        any_here = self.here.total(self.place.path, NEEDS) or self.here.total(self.place.path, OUT)
        found = {}
        for one in self.below if any_here else ():
            needs, out = self.stocks.total(one.path, NEEDS), self.stocks.total(one.path, OUT)
            text = ngettext("%(n)s open need", "%(n)s open needs", needs) % {"n": number(needs)}
            text = _("%(needs)s, %(people)s people sent there") % {"needs": text, "people": number(out)}
            found[one.code] = maps.Value(maps.classify(needs, ASKING), number(needs), text, float(needs))
        self.says["needs"] = self._metric_says(NEEDS)
        return maps.Layer("needs", _("Asking for teams"), ASKING, found)

    def _metric_says(self, name: str) -> str:
        one = metric(name)
        return one.says_zh if is_chinese() else one.says_en

    def _paired_facts(self) -> list[Fact]:
        listed, somebody = self._paired("community")
        found = [
            Fact(_("By the list of divisions"), f"{number(somebody)} / {number(listed)} · {percent(somebody, listed)}", self._edition()),
            *[Fact(_("By the published count"), f"{number(somebody)} / {number(count)}", source) for count, source in self._published],
        ]  # fmt: skip
        listed, somebody = self._paired("compound")
        if listed:
            share = f"{number(somebody)} / {number(listed)} · {percent(somebody, listed)}"
            found.append(Fact(_("Compounds, of those registered"), share))
        found += [
            Fact(_("Compounds, of the published count"), f"{number(somebody)} / {number(count)}", source)
            for count, source in self._published_of(("compounds",))
        ]
        return found

    def _paired(self, kind: str) -> tuple[int, int]:
        """Targets of a kind that exist here, and those with somebody."""
        listed = self.here.of(self.place.path, TARGETS, kind)
        return listed, listed - self.here.of(self.place.path, ORPHANS, kind)

    def _placed_facts(self, total: int) -> list[Fact]:
        over, listed = self.here.total(self.place.path, UNPLACED), self.here.of(self.place.path, TARGETS, "community")
        found = [
            Fact(_("Placed"), number(total)),
            Fact(_("Not yet placed"), number(over), _("kept in reserve by plans in force")),
        ]
        counts = [(_("By the list of divisions"), listed, self._edition()),
                  *[(_("By the published count"), count, source) for count, source in self._published]]  # fmt: skip
        for label, count, source in counts:
            if count and total:
                each = _("%(each)s people for each of %(n)s villages and communities") % {
                    "each": number(total / count, 1), "n": number(count)}  # fmt: skip
                found.append(Fact(label, each, source))
        return found

    def _edition(self) -> str:
        return _("statistical division codes, edition of %(year)s") % {"year": self.below[0].edition}

    @cached_property
    def _published(self) -> list[tuple[int, str]]:
        """Villages and communities as documents count them."""
        return self._published_of(VILLAGES)

    def _published_of(self, kinds: Sequence[str]) -> list[tuple[int, str]]:
        """What documents count of these kinds together, newest first: (count, source and day)."""
        found: dict[tuple[Any, str], int] = defaultdict(int)
        for one in self._denominators:
            if one.what in kinds:
                found[one.counted_on, one.source] += one.value
        return [(count, f"{source} · {day(on)}") for (on, source), count in sorted(found.items(), reverse=True)]

    @cached_property
    def _denominators(self) -> Sequence[DenominatorLine]:
        return denominators(self.place.path)


def read_known(place: Place, one: Round | None = None) -> Known:
    """A round (without one that which is open at the place), how far its areas are, and who has not reported."""
    one = one or latest_round(place.path)
    rows = coverage_below(one.id, place.path, kind=one.kind) if one else []
    period = period_here(place.path)
    overdue = period is not None and period.overdue(timezone.now())
    if period is None:
        return Known(one, rows, False, dict, overdue)
    return Known(one, rows, period.owed_at(place.path), partial(returns_below, place.path, period), overdue)


def latest_round(path: str) -> Round | None:
    """The open round that touches an area: the newest testing round, else the newest screening."""
    found = [one for one in rounds_of(path) if one.state == "open"] if path else []
    return next((one for one in found if one.kind == "testing"), found[0] if found else None)


def period_here(path: str) -> Period | None:
    """The period of the community's daily return here; None without an incident."""
    try:
        return period_of(path, form="daily_community")
    except LianfangError:
        return None


def returns_below(path: str, period: Period) -> dict[str, Mapping[str, int]]:
    """Returns by state of the areas right below, by path."""
    cut = next(length for level, length in PATH_LENGTH.items() if length > len(path))
    return {row.path: row.counts for row in counts_by_parent(period, path, cut=cut)}


def _if_counted(layer: maps.Layer) -> list[_Choice]:
    """The layer as a choice, if it has figures."""
    if not any(one.step is not None for one in layer.values.values()):
        return []
    return [_Choice(layer.key, str(layer.label), lambda: layer)]


def _late_words(known: Known) -> tuple[str, Sequence[maps.Step]]:
    return (_("Not reported"), maps.OPEN) if known.overdue else (_("Awaited reports"), AWAITED)


def _outlines(below: Sequence[Area]) -> tuple[dict[str, maps.Geo], str]:
    """Outlines by code where they are loaded, and who gave them."""
    code = {one.path: one.code for one in below}
    found = select_as(Boundary, "where path = any (%s::text[])", [list(code)])
    source = "、".join(sorted({one.source for one in found if one.source})) or (
        _("outlines as given by the county") if found else ""
    )
    return {code[one.path]: one.geometry for one in found}, source
