"""Adopting a deployment: a pairing for each place with its lead, its people and the units they come from; everybody told."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from typing import Final

from django.utils import timezone

from lianfang.base.access.api import Actor
from lianfang.base.database.select import run
from lianfang.base.playbooks.api import PairingTemplate
from lianfang.domain.pairings.api import NewPart, Target, adopt_pairings, end_pairings, template
from lianfang.domain.pairings.catalogue import is_target_itself
from lianfang.domain.plans import worklist
from lianfang.domain.plans.kinds.deployment_look import units_of
from lianfang.domain.plans.models import Plan
from lianfang.domain.plans.registry import Adopted, Built, PlanLine, Tell
from lianfang.kernel.clock import beijing_day

COMPOUND: Final = "compound_duty"
"""The template of a compound's gates and nights, of the shipped playbooks."""
MOST_UNITS: Final = 5
"""Units named in one pairing, those with most people first: as many as the item `unit` takes."""


def adopt_lines(actor: Actor, plan: Plan, built: Built, lines: Sequence[PlanLine]) -> Adopted:
    """Write pairings for communities, then for compounds; returns how many, and who hears."""
    day = beijing_day(timezone.now())
    earlier = Plan.objects.filter(id=plan.replaces, state="adopted").first() if plan.replaces else None
    live = _live(earlier.summary.get("pairings", ())) if earlier is not None else []
    if live:
        end_pairings(actor=actor, pairing_ids=live, on=day)
    unit_of = dict(zip(built.labels["members"].tolist(), built.labels["units"].tolist(), strict=True))
    known = units_of(plan.id, {unit for unit in unit_of.values() if unit})
    inside = {unit for unit, (_name, path, _lineage) in known.items() if path.startswith(plan.path)}
    made: list[int] = []
    for kind, key in (("community", str(plan.params["template"])), ("compound", COMPOUND)):
        targets, parts = _pairings(
            kind, template(key, plan.incident_id) if _any(kind, lines) else None, lines, unit_of, inside
        )
        if targets:
            made += adopt_pairings(
                actor=actor, template=key, targets=targets, parts=parts, from_on=day, incident_id=plan.incident_id
            )
    summary = {**plan.summary, "pairings": made}
    Plan.objects.filter(id=plan.id).update(summary=summary)
    return Adopted(len(made), _tells(plan, lines, unit_of, known))


def _live(numbers: Sequence[int]) -> list[int]:
    rows = run("select id from pairings_pairing where id = any (%b::bigint[]) and ended_on is null", [list(numbers)])
    return [number for (number,) in rows]


def _any(kind: str, lines: Sequence[PlanLine]) -> bool:
    prefix = "area:" if kind == "community" else "compound:"
    return any(line.target.startswith(prefix) for line in lines)


def _pairings(
    kind: str, one: PairingTemplate | None, lines: Sequence[PlanLine], unit_of: dict[int, int], inside: set[int]
) -> tuple[list[Target], list[NewPart]]:
    """Targets in order, and the people and units of each in the items of the template."""
    if one is None:
        return [], []
    prefix = "area:" if kind == "community" else "compound:"
    by_target: dict[str, list[PlanLine]] = defaultdict(list)
    for line in lines:
        if line.target.startswith(prefix):
            by_target[line.target].append(line)
    targets, parts = [], []
    for number, (target, there) in enumerate(by_target.items()):
        own = int(target.partition(":")[2]) if kind == "compound" else 0
        targets.append(Target(kind, there[0].path, own))
        parts += _people(one, number, there)
        units = Counter(unit_of[_member(line)] for line in there if unit_of.get(_member(line)) in inside)
        item = next((item for item in one.items if item.kind == "unit"), None)
        most = min(MOST_UNITS, item.most) if item is not None else MOST_UNITS
        parts += [
            NewPart(number, item.key if item else "unit", organisation=unit) for unit, _count in units.most_common(most)
        ]
    return targets, parts


def _people(one: PairingTemplate, number: int, there: Sequence[PlanLine]) -> list[NewPart]:
    """The lead in the template's first item for a person, the deputy in the second, the others where there is room, else as hands."""
    items = [item for item in one.items if item.kind == "person" and not is_target_itself(one, item)]
    room = {item.key: item.most for item in items}
    wanted = {"lead": items[:1], "deputy": items[1:2] or items[:1], "member": items[1:]}
    found = []
    for line in sorted(there, key=lambda line: ("lead", "deputy", "member").index(line.role)):
        item = next((item.key for item in wanted[line.role] if room[item.key] > 0), "people")
        if item in room:
            room[item] -= 1
        found.append(NewPart(number, item, member=_member(line)))
    return found


def _member(line: PlanLine) -> int:
    return int(line.subject.partition(":")[2])


def _tells(
    plan: Plan, lines: Sequence[PlanLine], unit_of: dict[int, int], known: dict[int, tuple[str, str, str]]
) -> list[Tell]:
    """Offices of the places, offices of the units, and people who have an account."""
    sent = [line for line in lines if line.target]
    found = [
        Tell(worklist.PEOPLE_COMING, f"place:{path}", path, for_role="community_head", link="/pairings/")
        for path in sorted({line.path for line in sent})
    ]
    units = sorted({unit_of[_member(line)] for line in sent if unit_of.get(_member(line)) in known})
    found += [
        Tell(
            worklist.UNIT_SENDS,
            f"unit:{unit}",
            f"U{known[unit][2]}",
            for_role="sending_unit_officer",
            link="/pairings/",
        )
        for unit in units
    ]
    where = {_member(line): line.path for line in sent}
    rows = run(
        "select id, account_id from workforce_member where id = any (%b::bigint[]) and account_id is not null",
        [list(where)],
    )
    found += [Tell(worklist.YOU_ARE_SENT, f"member:{n}", where[n], for_account=account) for n, account in rows]
    return found
