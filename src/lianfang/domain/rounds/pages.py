"""What the pages of rounds show, made ready for the templates: states, words, links, the floor plan of a building."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from django.urls import reverse
from django.utils.translation import get_language, gettext_lazy
from django.utils.translation import gettext as _

from lianfang.base.access.actor import Actor
from lianfang.base.access.places import Place, place_of
from lianfang.base.metrics.api import values
from lianfang.domain.rounds.forms import OpenRoundForm
from lianfang.domain.rounds.models import Round
from lianfang.domain.rounds.selectors import Coverage, MissingList, MissingPerson, Pool
from lianfang.kernel.divisions import PATH_LENGTH, Level
from lianfang.kernel.errors import Language, LianfangError
from lianfang.kernel.identity import mask_name
from lianfang.kernel.ids import format_code, group_code
from lianfang.planning import pooling

WATCH, ACT = 0.98, 0.9
"""Shares of coverage below which a row is to be watched or acted on: an assumption."""

REASONS = {
    "away": gettext_lazy("Away"),
    "refused": gettext_lazy("Refused"),
    "not_home": gettext_lazy("Not at home"),
    "moved": gettext_lazy("Moved"),
    "medical": gettext_lazy("Medical reason"),
    "elsewhere": gettext_lazy("Sampled elsewhere"),
    "infant": gettext_lazy("Infant"),
    "": gettext_lazy("No reason on record"),
}
STATES = {
    "isolated": ("act", gettext_lazy("Isolated, to be re-tested")),
    "retested": ("watch", gettext_lazy("Re-tested, waiting")),
    "released": ("good", gettext_lazy("Released")),
    "positive": ("act", gettext_lazy("Positive")),
    "": ("unknown", gettext_lazy("No action")),
}


def language() -> Language:
    """The language of the running request, as the catalogue names it."""
    return "en" if (get_language() or "zh").startswith("en") else "zh"


def state_of(row: Coverage) -> str:
    """Good, watch, act or unknown, by the share sampled."""
    if row.share is None:
        return "unknown"
    return "good" if row.share >= WATCH else ("watch" if row.share >= ACT else "act")


def coverage_rows(one: Round, rows: Sequence[Coverage]) -> list[dict[str, Any]]:
    """Rows of the coverage table with their links down; a building leads to its missing list."""
    made = []
    for row in rows:
        length = len(row.path)
        code = row.path if length > PATH_LENGTH[Level.COMMUNITY] else row.path.ljust(12, "0")
        page = "round-missing" if length > PATH_LENGTH[Level.COMMUNITY] else "round-area"
        made.append({"row": row, "state": state_of(row), "href": reverse(page, args=[one.id, code])})
    return made


def trail(one: Round, place: Place, page: str) -> list[dict[str, str]]:
    """Breadcrumbs: the rounds, the areas above, this one."""
    made = [{"name": _("Rounds"), "href": reverse("rounds")}]
    for name, code in place.above:
        made.append({"name": name, "href": reverse("round-area", args=[one.id, code])})
    made.append({"name": place.short, "href": ""})
    return made


def reason_counts(reasons: Mapping[str, int]) -> list[tuple[Any, int]]:
    """Reasons in words, the most frequent first."""
    ordered = sorted(reasons.items(), key=lambda item: -item[1])
    return [(REASONS.get(reason, reason), count) for reason, count in ordered if count]


def reason_filters(found: MissingList, chosen: str) -> list[dict[str, Any]]:
    """Reasons with counts as filters of the list."""
    counted = found.reasons
    made = [{"label": _("All"), "count": len(found.people), "href": "?reason=all", "current": chosen == "all", "state": ""}]
    for reason in ("", *[key for key in REASONS if key]):
        if counted[reason]:
            made.append(
                {
                    "label": REASONS[reason], "count": counted[reason], "href": f"?reason={reason or 'none'}",
                    "current": chosen == (reason or "none"), "state": "act" if not reason else "watch",
                }
            )  # fmt: skip
    return made


@dataclass(frozen=True)
class Group:
    """The missing people of one building."""

    path: str
    name: str
    people: list[dict[str, Any]]


def people_by_building(found: MissingList, names: Mapping[str, str], *, named: bool) -> list[Group]:
    """Missing people grouped by building, those with most people first; names and doors masked unless `named`."""
    grouped: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for person in found.people:
        grouped[person.resident.path[:16]].append(_line(person, named))
    groups = [Group(path, names.get(path, path[12:16]), people) for path, people in grouped.items()]
    return sorted(groups, key=lambda group: (-len(group.people), group.path))


def _line(person: MissingPerson, named: bool) -> dict[str, Any]:
    resident = person.resident
    return {
        "resident": resident, "name": resident.name if named else mask_name(resident.name), "door": resident.door if named else "***",
        "code": group_code(resident.code), "reason": person.reason or "none",
        "word": REASONS.get(person.reason, person.reason), "state": "watch" if person.reason else "act", "at": person.reason_at,
    }  # fmt: skip


def door_plan(one: Round, place: Place, found: MissingList) -> dict[str, Any]:
    """The building as a grid of doors, floor by floor: each door's state and how many people are left."""
    names: dict[str, str] = {}
    for person in found.everybody:
        names.setdefault(person.path, person.door)
    left: dict[str, int] = defaultdict(int)
    explained: dict[str, bool] = defaultdict(lambda: True)
    for missing in found.people:
        left[missing.resident.path] += 1
        explained[missing.resident.path] &= bool(missing.reason)
    units = sorted({path[16:18] for path in names})
    by_floor: dict[int, dict[str, list[tuple[str, str]]]] = defaultdict(lambda: defaultdict(list))
    for path, door in names.items():
        by_floor[_floor(door)][path[16:18]].append((door, path))
    width = {unit: max((len(floor[unit]) for floor in by_floor.values()), default=1) or 1 for unit in units}
    floors = []
    for number in sorted(by_floor, reverse=True):
        doors: list[dict[str, Any] | None] = []
        for unit in units:
            cells = sorted(by_floor[number][unit])
            doors += [_door(name, path, found, left[path], explained[path]) for name, path in cells]
            doors += [None] * (width[unit] - len(cells))
        floors.append({"name": _("Floor %(n)s") % {"n": number} if number else "–", "doors": doors})
    entrances = [{"name": _("Entrance %(n)s") % {"n": int(unit) if unit.isdigit() else unit}, "width": width[unit]} for unit in units]
    return {"floors": floors, "entrances": entrances, "caption": _("%(name)s: doors by floor and entrance") % {"name": place.name}}


def _door(name: str, path: str, found: MissingList, left: int, explained: bool) -> dict[str, Any]:
    expected, done = found.doors.get(path, (0, 0))
    state = "unknown" if not expected else ("good" if not left else ("watch" if explained else "act"))
    word = _("Nobody expected") if not expected else f"{done}/{expected}"
    return {"name": name, "state": state, "left": left, "word": word, "href": f"#door-{path}" if left else ""}


def _floor(door: str) -> int:
    """The floor a door number speaks of: 1203 → 12, 301 → 3, 2 → 1 (assumption: the last two digits count doors)."""
    digits = "".join(character for character in door if character.isdigit())
    return int(digits[:-2]) if len(digits) > 2 else (1 if digits else 0)


def pool_lines(pools: Sequence[Mapping[str, Any]]) -> list[dict[str, Any]]:
    """Positive tubes with their number as it is printed."""
    return [{**one, "code_text": group_code(format_code(one["code"]))} for one in pools]


def pool_rows(found: Pool) -> list[dict[str, Any]]:
    """The members of a tube in the order of the swabs, with state and word."""
    rows = []
    for member in found.members:
        state, word = STATES[member.state]
        rows.append({"member": member, "state": state, "word": word})
    return rows


def pool_events(found: Pool) -> list[dict[str, Any]]:
    """What happened to a tube, oldest first."""
    code = group_code(format_code(found.code))
    events: list[dict[str, Any]] = [
        {"at": found.filled_at, "title": _("Tube %(code)s filled with %(n)s swabs") % {"code": code, "n": found.size}, "state": "good"}
    ]
    if found.result:
        words = {"negative": _("Negative"), "positive": _("Positive"), "invalid": _("Invalid")}
        state = {"negative": "good", "positive": "act", "invalid": "watch"}[found.result]
        events.append({"at": found.result_at, "title": _("Result: %(word)s") % {"word": words[found.result]}, "state": state})
    for member in sorted((one for one in found.members if one.state_at), key=lambda one: (one.state_at, one.position)):
        state, word = STATES[member.state]
        events.append({"at": member.state_at, "title": _("Swab %(n)s: %(word)s") % {"n": member.position, "word": word}, "state": state})
    return events


def staffing_preview(actor: Actor, form: OpenRoundForm) -> Any:
    """Sites, desks, samplers and tubes by the testing guide for the scope the form names; None while that is unclear."""
    code = form.data.get("area") or form.initial.get("area", "")
    try:
        place = place_of(actor, str(code))
    except LianfangError:
        return None
    figures = values([place.path], ["residents.present", "residents.households"])
    people, households = figures.total(place.path, "residents.present"), figures.total(place.path, "residents.households")
    if not people or not households:
        return None
    staffing = pooling.staffing(people, households)
    size = int(form.data.get("tube_size") or form.initial.get("tube_size") or 10)
    return {"place": place, "people": people, "households": households, "staffing": staffing, "tubes": staffing.tubes(size)}
