"""What the pages of pairings show, made ready for the templates: states, words, links, bars."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lianfang.base.access.actor import Actor
from lianfang.base.access.pages import reader_language
from lianfang.base.access.places import Place
from lianfang.base.database.select import run
from lianfang.base.metrics.api import children, values
from lianfang.base.playbooks.api import PairingItem, PairingTemplate
from lianfang.domain.pairings import catalogue
from lianfang.domain.pairings import metrics as m
from lianfang.domain.pairings.selectors import Held, PairingLine, PartLine
from lianfang.kernel.divisions import Level, short_name
from lianfang.kernel.errors import LianfangError

KINDS: dict[str, Any] = {
    "community": gettext_lazy("Villages and communities"), "compound": gettext_lazy("Compounds"), "building": gettext_lazy("Buildings"),
    "enterprise": gettext_lazy("Firms"), "project": gettext_lazy("Projects"), "public_place": gettext_lazy("Public places"),
    "household": gettext_lazy("Homes"), "person": gettext_lazy("Persons"),
}  # fmt: skip
STATES: dict[str, tuple[str, Any]] = {
    "complete": ("good", gettext_lazy("Complete")), "incomplete": ("watch", gettext_lazy("Lacking")),
    "open": ("act", gettext_lazy("Nobody")), "ended": ("unknown", gettext_lazy("Is over")),
}  # fmt: skip
WHY: dict[str, Any] = {
    "handed": gettext_lazy("handed over"), "left": gettext_lazy("left"), "dissolved": gettext_lazy("unit dissolved"),
    "term": gettext_lazy("term over"), "released": gettext_lazy("released without a successor"), "ended": gettext_lazy("pairing ended"),
    "incident": gettext_lazy("incident ended"),
}  # fmt: skip
NEXT_LEVEL = {2: 4, 4: 6, 6: 9, 9: 12}


def said(words: PairingTemplate | PairingItem) -> str:
    """A template's or an item's name in the reader's language."""
    return words.zh if reader_language() == "zh" else words.en


@dataclass(frozen=True)
class Bar:
    """How the targets of one area stand; the parts of the bar are in percent of its width."""

    path: str
    name: str
    targets: int
    complete: int
    incomplete: int
    orphans: int

    @property
    def code(self) -> str:
        """The code of the area in an address."""
        return code_of(self.path)

    @property
    def state(self) -> str:
        """Good, watch, act or unknown, by the worst there is."""
        return "unknown" if not self.targets else "act" if self.orphans else "watch" if self.incomplete else "good"

    @property
    def parts(self) -> list[tuple[str, float, float]]:
        """(style, from, width) of each part that is there."""
        found, at = [], 0.0
        for style, count in (("good", self.complete), ("watch", self.incomplete), ("act", self.orphans)):
            width = 100 * count / self.targets if self.targets else 0.0
            if count:
                found.append((style, round(at, 2), round(width, 2)))
            at += width
        return found


def bars(path: str, kind: str) -> list[Bar]:
    """The areas right below, most targets with nobody first, then most lacking."""
    level = NEXT_LEVEL.get(len(path))
    if level is None:
        return []
    names = dict(
        run("select path, name from areas_area where parent_path = %b and ended_on is null order by path", [path])
    )
    figures = children(path, (m.TARGETS, *m.STATES), level=level, dim=kind)
    found = [_bar(figures, at, short_name(name), kind) for at, name in names.items()]
    return sorted(found, key=lambda bar: (-bar.orphans, -bar.incomplete, not bar.targets, bar.path))


def bar_of(path: str, name: str, kind: str) -> Bar:
    """How one area stands."""
    return _bar(values([path], (m.TARGETS, *m.STATES), dim=kind), path, name, kind)


def _bar(figures: Any, path: str, name: str, kind: str) -> Bar:
    return Bar(path, name, *(figures.of(path, metric, kind) for metric in (m.TARGETS, *m.STATES)))


def kinds_at(path: str) -> list[tuple[str, int, int]]:
    """(kind, targets, with nobody) of the kinds that an area has, in the order of the page."""
    figures = values([path], (m.TARGETS, m.ORPHANS))
    found = [(kind, figures.of(path, m.TARGETS, kind), figures.of(path, m.ORPHANS, kind)) for kind in KINDS]
    return [one for one in found if one[1]]


def people_at(path: str) -> int:
    """How many members answer for something in an area."""
    return values([path], (m.PEOPLE,)).total(path, m.PEOPLE)


def code_of(path: str) -> str:
    """The code of an area or building in an address."""
    return path if len(path) > 12 else path.ljust(12, "0")


def trail(place: Place, view: str = "pairings-area", last: str = "") -> list[dict[str, str]]:
    """The way down to a place."""
    found = [{"name": name, "href": reverse(view, args=[code])} for name, code in place.above]
    found.append({"name": place.short, "href": reverse(view, args=[place.code]) if last else ""})
    return [*found, {"name": last, "href": ""}] if last else found


def template_of(one: PairingLine | Held) -> PairingTemplate | None:
    """The template of a pairing; None when a changed playbook does not know it any more."""
    try:
        return catalogue.template(one.template, one.incident)
    except LianfangError:
        return None


def item_words(template: PairingTemplate | None, key: str) -> str:
    """An item in words, its key where the template is gone."""
    try:
        return said(catalogue.item_of(template, key)) if template is not None else key
    except LianfangError:
        return key


def lacking(one: PairingLine) -> list[str]:
    """What a pairing lacks, in words."""
    template = template_of(one)
    return [item_words(template, key) for key in one.lacks]


def rows(found: Sequence[PairingLine]) -> list[dict[str, Any]]:
    """Pairings for a table."""
    made = []
    for one in found:
        template = template_of(one)
        state, word = STATES[one.state]
        units = [part.who for part in one.parts if part.kind == "unit" and part.who]
        people = [part.who for part in one.parts if part.kind == "person" and part.who]
        made.append(
            {
                "line": one, "template": said(template) if template else one.template, "state": state, "word": word,
                "share": catalogue.share_words(one.share, reader_language()), "lacks": lacking(one), "units": units, "people": people[:3],
                "more": max(0, len(people) - 3), "kind": KINDS[one.kind],
            }
        )  # fmt: skip
    return made


def items(one: PairingLine, template: PairingTemplate) -> list[dict[str, Any]]:
    """The items of a pairing in the order of its template, each with what fills it and what lacks."""
    made = []
    for item in catalogue.items_of(template):
        parts = one.of(item.key)
        own = catalogue.is_target_itself(template, item)
        if not parts and not own and item in catalogue.EVERYWHERE and one.kind in ("household", "person"):
            continue
        made.append(
            {
                "item": item, "words": said(item), "own": own, "parts": [_part(part) for part in parts], "lacks": item.key in one.lacks,
                "room": len(parts) < item.most and not own, "more": bool(parts),
            }
        )  # fmt: skip
    return made


def _part(part: PartLine) -> dict[str, Any]:
    late = part.kind in ("commitment", "contact") and part.done_on is None
    return {"part": part, "hands": part.kind in ("person", "unit", "group"), "keeps": late}


def history(one: PairingLine, template: PairingTemplate | None) -> list[dict[str, Any]]:
    """What was, newest first, in words."""
    gone = [part for part in one.parts if part.ended_on is not None]
    return [
        {
            "words": item_words(template, part.item), "who": part.who or (part.paper.title if part.paper else part.text) or "–",
            "from": part.from_on, "to": part.ended_on, "why": WHY.get(part.ended_why, part.ended_why),
        }
        for part in sorted(gone, key=lambda part: (part.ended_on or part.from_on, part.id), reverse=True)
    ]  # fmt: skip


def held_rows(found: Sequence[Held], names: dict[int, str] | None = None) -> list[dict[str, Any]]:
    """What somebody answers for, for a table."""
    made = []
    for one in found:
        template = template_of(one)
        made.append(
            {
                "held": one, "template": said(template) if template else one.template, "item": item_words(template, one.item),
                "share": catalogue.share_words(one.share, reader_language()), "lacks": [item_words(template, key) for key in one.lacks],
                "who": (names or {}).get(one.member or 0, ""),
            }
        )  # fmt: skip
    return made


def place_tasks(one: PairingLine, template: PairingTemplate) -> list[dict[str, Any]]:
    """What lacks, as a list with the way to fill it."""
    if one.ended_on is not None:
        return []
    return [
        {
            "title": _("Fill: %(item)s") % {"item": item_words(template, key)}, "href": reverse("pairing-fill", args=[one.id, key]),
            "state": "watch", "word": _("Lacking"),
        }
        for key in one.lacks
    ]  # fmt: skip


def is_deep(place: Place) -> bool:
    """Whether a page shows pairings themselves rather than areas."""
    return place.level >= Level.COMMUNITY


def kept_kind(actor: Actor, found: Sequence[tuple[str, int, int]], wanted: str) -> str:
    """The kind a page shows: the one asked for, else the first there is; people and homes only for who sees residents."""
    may = [kind for kind in KINDS if kind not in ("person", "household") or actor.sees("residents", "masked")]
    if wanted in may:
        return wanted  # also what was paired a moment ago and is not counted yet
    return next((kind for kind, _targets, _open in found if kind in may), "community")
