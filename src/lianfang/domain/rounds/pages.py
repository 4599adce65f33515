"""What the pages of rounds show, made ready for the templates: states, words, links, the floor plan of a building."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Container, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from itertools import chain
from typing import Any

from django.core.exceptions import ValidationError
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext

from lianfang.base.access.actor import Actor
from lianfang.base.access.pages import reader_language
from lianfang.base.access.places import Place, place_of
from lianfang.base.metrics.api import is_defined, values
from lianfang.base.playbooks.api import Playbook
from lianfang.domain.rounds.forms import OpenRoundForm
from lianfang.domain.rounds.homes import HomesList
from lianfang.domain.rounds.models import Round
from lianfang.domain.rounds.playbook import (
    book_of,
    excused,
    questionnaire,
    reason_words,
    rule_of,
    rule_words,
    said,
)
from lianfang.domain.rounds.results_file import ResultsReport
from lianfang.domain.rounds.selectors import Coverage, MissingList, MissingPerson, Pool, series_of
from lianfang.domain.rounds.series import Standing, Step, on_day, standing
from lianfang.kernel.divisions import PATH_LENGTH, Level
from lianfang.kernel.errors import Language, LianfangError
from lianfang.kernel.identity import mask_name
from lianfang.kernel.ids import format_code, group_code
from lianfang.planning import pooling

WATCH, ACT = 0.98, 0.9
"""Shares of coverage below which a row is to be watched or acted on: an assumption."""

REASONS: dict[str, Any] = {"": gettext_lazy("No reason on record")}
"""Words that are no playbook's; `playbook.reason_words` has them all."""
STATES = {
    "isolated": ("act", gettext_lazy("Isolated, to be re-tested")),
    "retested": ("watch", gettext_lazy("Re-tested, waiting")),
    "released": ("good", gettext_lazy("Released")),
    "held": ("act", gettext_lazy("Negative, held as a contact")),
    "positive": ("act", gettext_lazy("Positive")),
    "": ("unknown", gettext_lazy("No action")),
}
SHORT = {
    "isolated": gettext_lazy("Isolated"),
    "retested": gettext_lazy("Waiting"),
    "released": gettext_lazy("Released"),
    "held": gettext_lazy("Held"),
    "positive": gettext_lazy("Positive"),
}
"""The same states in one word."""


def state_of(row: Coverage) -> str:
    """Good, watch, act or unknown, by the share sampled; nothing is good while somebody is missing and nobody knows why."""
    if row.share is None:
        return "unknown"
    return "good" if row.share >= WATCH and row.missing == row.explained else ("watch" if row.share >= ACT else "act")


def asked_words(one: Round, wanted: Language) -> str:
    """The questionnaire that a screening carries, in words; '' for a testing round."""
    asked = questionnaire(one) if one.kind == "screening" else None
    return said(asked, wanted) if asked else ""


def measure_words(kind: str) -> dict[str, str]:
    """What is covered, what is missing and out of what, by kind of round."""
    if kind == "screening":
        return {
            "done": _("Homes settled"),
            "missing": _("Homes to visit"),
            "of": _("homes lived in"),
            "expected": _("Homes"),
        }
    return {"done": _("Sampled"), "missing": _("Missing"), "of": _("people expected"), "expected": _("Expected")}


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


def reason_counts(reasons: Mapping[str, int], words: Mapping[str, str]) -> list[tuple[str, int]]:
    """Reasons in words, the most frequent first."""
    ordered = sorted(reasons.items(), key=lambda item: -item[1])
    return [(words.get(reason, reason), count) for reason, count in ordered if count]


def reason_filters(
    counted: Mapping[str, int], words: Mapping[str, str], settled: Container[str], chosen: str
) -> list[dict[str, Any]]:
    """Reasons (or outcomes) with counts as filters of the list; without any on record first."""
    made = [
        {
            "label": _("All"),
            "count": sum(counted.values()),
            "href": "?reason=all",
            "current": chosen == "all",
            "state": "",
        }
    ]
    for reason in ("", *[key for key in words if key]):
        if counted.get(reason):
            made.append(
                {
                    "label": words[reason], "count": counted[reason], "href": f"?reason={reason or 'none'}",
                    "current": chosen == (reason or "none"), "state": reason_state(reason, settled),
                }
            )  # fmt: skip
    return made


def reason_state(reason: str, settled: Container[str]) -> str:
    """No reason is to be acted on, an excused one is settled, any other is followed up."""
    return "act" if not reason else ("good" if reason in settled else "watch")


@dataclass(frozen=True)
class Group:
    """The missing people of one building."""

    path: str
    name: str
    people: list[dict[str, Any]]


def door_labels(doors: Iterable[tuple[str, str]], homes: Iterable[str] = ()) -> dict[str, str]:
    """Path of a home → its door as people say it: with the entrance where the building has more than one.

    homes: paths of every home of the place, where `doors` names only some.
    """
    known = dict(doors)
    units: dict[str, set[str]] = defaultdict(set)
    for path in chain(known, homes):
        units[path[:16]].add(path[16:18])
    return {
        path: f"{path[16:18].lstrip('0')}-{door}" if len(units[path[:16]]) > 1 else door for path, door in known.items()
    }


def doors_of_missing(found: MissingList) -> dict[str, str]:
    """Path of a home → its door, for the homes of whom a list names; nobody else's is opened."""
    return door_labels(((one.resident.path, one.resident.door) for one in found.people), found.doors)


def people_by_building(one: Round, found: MissingList, names: Mapping[str, str], *, named: bool) -> list[Group]:
    """Missing people grouped by building, those with most people first; names and doors masked unless `named`."""
    words, settled = reason_words(one, reader_language()), excused(one)
    doors = doors_of_missing(found)
    grouped: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for person in found.people:
        line = _line(person, named, doors[person.resident.path])
        line["word"], line["state"] = words.get(person.reason, person.reason), reason_state(person.reason, settled)
        grouped[person.resident.path[:16]].append(line)
    groups = [Group(path, names.get(path, path[12:16]), people) for path, people in grouped.items()]
    return sorted(groups, key=lambda group: (-len(group.people), group.path))


def homes_by_building(
    found: HomesList, names: Mapping[str, str], words: Mapping[str, str], *, named: bool
) -> list[Group]:
    """Homes left to visit grouped by building, most first; doors masked unless `named`."""
    doors = door_labels((home.path, home.door) for home in found.homes)
    grouped: dict[str, list[dict[str, Any]]] = defaultdict(list)
    for home in found.left:
        grouped[home.path[:16]].append(
            {
                "path": home.path, "door": doors[home.path] if named else "***", "reason": home.outcome or "none", "at": home.at,
                "word": words.get(home.outcome, home.outcome), "state": "watch" if home.outcome else "act",
            }
        )  # fmt: skip
    groups = [Group(path, names.get(path, path[12:16]), homes) for path, homes in grouped.items()]
    return sorted(groups, key=lambda group: (-len(group.people), group.path))


def chosen_only(groups: Sequence[Group], chosen: str) -> list[Group]:
    """The groups with only the lines of one reason; "all" keeps every line."""
    if chosen == "all":
        return list(groups)
    kept = [
        Group(group.path, group.name, [line for line in group.people if line["reason"] == chosen]) for group in groups
    ]
    return [group for group in kept if group.people]


def grid_rows(rows: Sequence[Coverage]) -> list[dict[str, Any]]:
    """Rows of the coverage by grid, with their state."""
    return [{"row": row, "state": state_of(row), "name": row.name or _("In no grid")} for row in rows]


def _line(person: MissingPerson, named: bool, door: str) -> dict[str, Any]:
    resident = person.resident
    return {
        "resident": resident, "name": resident.name if named else mask_name(resident.name), "door": door if named else "***",
        "code": group_code(resident.code), "reason": person.reason or "none", "at": person.reason_at,
    }  # fmt: skip


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
    """What happened to a tube, oldest first; what happened to several swabs at once stands in one line."""
    code = group_code(format_code(found.code))
    filled = _("Tube %(code)s filled with %(n)s swabs") % {"code": code, "n": found.size}
    events: list[dict[str, Any]] = [
        {"at": found.filled_at, "text": filled, "state": "good", "word": pgettext("tube", "Filled")}
    ]
    if found.result:
        words = {"negative": _("Negative"), "positive": _("Positive"), "invalid": _("Invalid")}
        state = {"negative": "good", "positive": "act", "invalid": "watch"}[found.result]
        text = _("Result: %(word)s") % {"word": words[found.result]}
        events.append({"at": found.result_at, "text": text, "state": state, "word": words[found.result]})
    together: dict[tuple[Any, str], list[int]] = defaultdict(list)
    for member in found.members:
        if member.state_at is not None:
            together[member.state_at, member.state].append(member.position)
    for (at, name), positions in sorted(together.items(), key=lambda item: (item[0][0], item[1])):
        state, word = STATES[name]
        text = _("Swab %(n)s: %(word)s") % {"n": ", ".join(str(position) for position in positions), "word": word}
        events.append({"at": at, "text": text, "state": state, "word": SHORT[name]})
    return events


def pool_steps(book: Playbook | None, found: Pool, wanted: Language) -> list[dict[str, Any]]:
    """What the playbook asks after a positive pool, step by step, done or not as the members stand.

    The manager is told by the work item of the result itself; that somebody is alone is only sure once they were re-tested.
    """
    states = Counter(member.state for member in found.members if member.state)
    if book is None or book.rounds.positive_pool is None or found.result != "positive" or not states:
        return []
    waiting = states["isolated"] + states["retested"]
    done = {
        "isolate_each_member": not states["isolated"], "notify_manager": True, "single_tube_resample": not states["isolated"],
        "release_if_negative_and_not_contact": not waiting, "transfer_and_trace_if_positive": not waiting and not states["positive"],
    }  # fmt: skip
    return [{"word": said(step, wanted), "done": done.get(step.key, False)} for step in book.rounds.positive_pool.steps]


def series_view(one: Round, wanted: Language, today: date) -> dict[str, Any] | None:
    """Which stop rule the round's series follows and where it stands; None for a screening."""
    book = book_of(one)
    if book is None or one.kind != "testing" or not book.rounds.stop_rules:
        return None
    series = series_of(one)
    found = on_day(standing(rule_of(book.rounds, one.stop_rule), [outcome for _, outcome in series]), today)
    number = next(index for index, (each, _) in enumerate(series, 1) if each.id == one.id)
    return {
        "rule": rule_words(book.rounds, one.stop_rule, wanted),
        "standing": found,
        "number": number,
        "rounds": series,
        "next": next_words(found),
    }


def next_words(found: Standing) -> str:
    """What a series asks for next, as a sentence."""
    day = found.on.isoformat() if found.on else ""
    return {
        Step.FINISH: _("Finish this round: close it when the last result is in."),
        Step.NEXT_ROUND: _("Next round on %(day)s.") % {"day": day} if day else _("Open the first round."),
        Step.WAIT: _("Pause; one last round on %(day)s.") % {"day": day},
        Step.FINAL_ROUND: _("One last round is due since %(day)s.") % {"day": day},
        Step.MAY_END: _("The series may end."),
    }[found.step]


def staffing_preview(actor: Actor, form: OpenRoundForm) -> Any:
    """Sites, desks, samplers and tubes by the testing guide for the scope the form names; None while that is unclear."""
    said = form.data.get("area") or form.initial.get("area", "")
    try:
        place = place_of(actor, form.fields["area"].clean(said))
    except (LianfangError, ValidationError):
        return None
    names = ("residents.present", "residents.households")
    if not all(is_defined(name) for name in names):
        return None
    figures = values([place.path], names)
    people, households = (figures.total(place.path, name) for name in names)
    if not people or not households:
        return None
    staffing = pooling.staffing(people, households)
    size = int(form.data.get("tube_size") or form.initial.get("tube_size") or 10)
    return {
        "place": place,
        "people": people,
        "households": households,
        "staffing": staffing,
        "tubes": staffing.tubes(size),
    }


def results_bar(report: ResultsReport) -> list[dict[str, Any]]:
    """The verdicts of a results file as the bar of the shell wants them."""
    counts = report.counts
    return [
        {"key": "new", "label": pgettext("row", "Taken"), "count": counts["taken"]},
        {"key": "same", "label": _("On record already"), "count": counts["duplicate"]},
        {"key": "person", "label": _("Unknown tube, kept"), "count": counts["held"]},
        {"key": "changed", "label": _("Differs from the record"), "count": counts["conflict"]},
        {"key": "refused", "label": _("Not readable"), "count": counts["refused"]},
    ]


def result_lines(report: ResultsReport, wanted: Language) -> list[dict[str, Any]]:
    """The rows that somebody has to look at, with the reason of each."""
    words = {
        "held": ("watch", _("Kept")),
        "conflict": ("act", pgettext("row", "Differs")),
        "refused": ("act", pgettext("row", "Refused")),
    }
    return [
        {"line": line, "state": words[line.verdict][0], "word": words[line.verdict][1], "why": line.sentence(wanted)}
        for line in report.left
    ]
