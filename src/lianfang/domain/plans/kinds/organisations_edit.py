"""Changing one link of a pairing of units by hand: what may be chosen, and all lines after it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from dataclasses import replace
from typing import Final

import numpy as np
from django.utils.translation import gettext_lazy as _

from lianfang.domain.plans.engines import assignment
from lianfang.domain.plans.registry import Built, PlanLine
from lianfang.domain.plans.shares import whole_shares
from lianfang.domain.plans.words import Words
from lianfang.domain.workforce.api import organisation_names

OFFERED: Final = 15
"""Choices of each sort, the nearest first: what fits into a list that somebody reads. Assumption."""
_WORDS: Final[Words] = {
    "unit": _("{unit} instead"),
    "to": _("to {place} instead"),
    "swap": _("change with {unit}, to {place}"),
}


def choices_for(built: Built, lines: Sequence[PlanLine], n: int) -> list[tuple[str, str]]:
    """(value, words): what keeps every community served and every unit busy."""
    links = _links(built, lines)
    unit, place = links[n]
    problem, names = built.problem, organisation_names(list(built.labels["units"]))
    busy = np.bincount([one for one, _ in links], minlength=problem.size.size)
    there = np.bincount([at for _, at in links], minlength=problem.need.size)

    def said(sort: str, who: int, at: int) -> str:
        called = names.get(built.labels["units"][who], str(built.labels["units"][who]))
        return _WORDS[sort].format(unit=called, place=built.labels["names"][at])

    found = []
    if busy[unit] > 1:
        order = np.argsort(problem.cost[:, place], kind="stable").tolist()
        free = [k for k in order if busy[k] < problem.most_links and (k, place) not in links]
        found += [(f"unit:{k}", said("unit", k, place)) for k in free[:OFFERED]]
    if there[place] > 1:
        order = np.argsort(problem.cost[unit], kind="stable").tolist()
        open_ = [at for at in order if there[at] < problem.most_units and (unit, at) not in links]
        found += [(f"to:{at}", said("to", unit, at)) for at in open_[:OFFERED]]
    return found + [(value, said("swap", *links[int(value[5:])])) for value in _swaps(built, lines, links, n)]


def _swaps(built: Built, lines: Sequence[PlanLine], links: Sequence[tuple[int, int]], n: int) -> list[str]:
    """Lines to change with, where both links are new and the other is not pinned; the shortest ways first."""
    far, (unit, place), taken = built.problem.cost, links[n], set(links)
    found = [
        (float(far[unit, at] + far[other, place]), m)
        for m, (other, at) in enumerate(links)
        if m != n and not lines[m].pinned and (unit, at) not in taken and (other, place) not in taken
    ]
    return [f"swap:{m}" for _cost, m in sorted(found)[:OFFERED]]


def edited(
    built: Built, lines: Sequence[PlanLine], n: int, choice: str, make: Callable[[Built, int, int, int], PlanLine]
) -> list[PlanLine]:
    """All lines after a choice: changed links by hand, and people as far as sizes and needs go, other lines first as they were."""
    links = _links(built, lines)
    before = list(links)
    sort, _, number = choice.partition(":")
    if sort == "swap":
        other = int(number)
        (unit, place), (second, there) = links[n], links[other]
        links[n], links[other] = (unit, there), (second, place)
    else:
        links[n] = (int(number), links[n][1]) if sort == "unit" else (links[n][0], int(number))
    changed = {at for at, link in enumerate(links) if link != before[at]}
    people = _people(built, links, [0 if at in changed else int(line.amount) for at, line in enumerate(lines)])
    after = []
    for at, (line, (unit, place)) in enumerate(zip(lines, links, strict=True)):
        if at not in changed:
            after.append(replace(line, amount=people[at]))
            continue
        made = make(built, unit, place, people[at])
        after.append(replace(made, reason="why.by_hand", pinned=line.pinned, edited=True))
    return after


def _people(built: Built, links: Sequence[tuple[int, int]], people: list[int]) -> list[int]:
    """Who is still free in a unit goes where its communities still lack somebody, link by link."""
    spare, lack = built.problem.size.astype(int).tolist(), built.problem.need.astype(int).tolist()
    for (unit, place), sent in zip(links, people, strict=True):
        spare[unit] -= sent
        lack[place] -= sent
    for at, (unit, place) in enumerate(links):
        more = max(0, min(spare[unit], lack[place]))
        people[at] += more
        spare[unit] -= more
        lack[place] -= more
    return people


def shared(problem: assignment.Pairing, result: assignment.PairingResult) -> np.ndarray:
    """People per link, where each unit shares those it sends among its communities by what they could still take.

    The number it sends, and so the number missing, stays; who is short is short alike, and nobody is left with none for another's last.
    """
    people, lack = result.people.copy(), result.unmet.copy()
    for unit in range(problem.size.size):
        own = np.flatnonzero(result.organisation == unit)
        place, sent = result.place[own], int(people[own].sum())
        if own.size < 2 or not sent:
            continue
        room = people[own] + lack[place]
        even = whole_shares(sent * room / int(room.sum()))
        lack[place] += people[own] - even
        people[own] = even
    return people


def several(lines: Sequence[PlanLine]) -> list[PlanLine]:
    """The lines, those of a unit with several communities saying so, and those of a community with several units."""
    units, places = Counter(line.subject for line in lines), Counter(line.target for line in lines)
    found = []
    for line in lines:
        told = {"of_unit": units[line.subject], "of_place": places[line.target]}
        values = {key: value for key, value in line.values.items() if key not in told}
        found.append(replace(line, values=values | {key: count for key, count in told.items() if count > 1}))
    return found


def _links(built: Built, lines: Sequence[PlanLine]) -> list[tuple[int, int]]:
    unit = {f"unit:{number}": n for n, number in enumerate(built.labels["units"])}
    place = {f"area:{path}": n for n, path in enumerate(built.labels["paths"])}
    return [(unit[line.subject], place[line.target]) for line in lines]


__all__ = ["choices_for", "edited", "several", "shared"]
