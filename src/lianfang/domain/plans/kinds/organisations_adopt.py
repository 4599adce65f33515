"""Adopting a pairing of units: parts of the communities' pairings, as few changed as can be; both sides told."""

from __future__ import annotations

from collections import Counter, defaultdict
from collections.abc import Sequence
from datetime import date

from django.utils import timezone

from lianfang.base.access.api import Actor
from lianfang.base.areas.api import names_of
from lianfang.base.database.select import run
from lianfang.base.playbooks.api import PairingItem
from lianfang.domain.pairings.api import NewPart, Target, adopt_pairings, fill_items, release_parts, template
from lianfang.domain.plans import worklist
from lianfang.domain.plans.kinds.deployment_look import units_of
from lianfang.domain.plans.kinds.organisations_read import Held, held_now, parts_of, unit_item
from lianfang.domain.plans.models import Plan
from lianfang.domain.plans.registry import Adopted, PlanLine, Said, Tell
from lianfang.kernel.clock import beijing_day

Link = tuple[str, int]
"""Community and unit."""


def adopt_lines(actor: Actor, plan: Plan, lines: Sequence[PlanLine]) -> Adopted:
    """Write the links that are not there yet, release those of the replaced plan that are gone; returns how many links hold."""
    day, key = beijing_day(timezone.now()), str(plan.params["template"])
    item = unit_item(template(key, plan.incident_id))
    held, live = held_now(plan.path, key, plan.incident_id)
    earlier = Plan.objects.filter(id=plan.replaces, state="adopted").first() if plan.replaces else None
    own = parts_of(earlier)
    wanted = {(line.path, _number(line)) for line in lines}
    kept = {(one.path, one.unit) for one in held if one.part in own} & wanted
    gone = [one for one in held if one.part in own and (one.path, one.unit) not in wanted]
    new = sorted(wanted - kept)
    late = _first_in_then_out(gone, held, new, item)
    _release(actor, [one for one in gone if one not in late], day)
    there = [(live[path], unit) for path, unit in new if path in live]
    parts = [NewPart(n, item.key, organisation=unit) for n, (_pairing, unit) in enumerate(there)]
    fill_items(actor=actor, pairing_ids=[pairing for pairing, _unit in there], parts=parts, from_on=day)
    _adopt_new(actor, plan, key, item, [link for link in new if link[0] not in live], day)
    _release(actor, late, day)
    now, _live = held_now(plan.path, key, plan.incident_id)
    written = [one.part for one in now if (one.path, one.unit) in wanted]
    Plan.objects.filter(id=plan.id).update(summary={**plan.summary, "parts": written})
    return Adopted(len(wanted), _tells(plan, sorted(wanted)))


def _first_in_then_out(
    gone: Sequence[Held], held: Sequence[Held], new: Sequence[Link], item: PairingItem
) -> list[Held]:
    """Parts that end after their successors came, so that no place stands open between: wherever the item has room for both."""
    there, coming = Counter(one.path for one in held), Counter(path for path, _unit in new)
    return [one for one in gone if there[one.path] + coming[one.path] <= item.most]


def _release(actor: Actor, parts: Sequence[Held], day: date) -> None:
    release_parts(actor=actor, part_ids=[one.part for one in parts], on=day)


def _adopt_new(actor: Actor, plan: Plan, key: str, item: PairingItem, links: Sequence[Link], day: date) -> None:
    """Pairings for communities that have none under this template."""
    by_path: dict[str, list[int]] = defaultdict(list)
    for path, unit in links:
        by_path[path].append(unit)
    if not by_path:
        return
    adopt_pairings(
        actor=actor, template=key, targets=[Target("community", path) for path in by_path],
        parts=[NewPart(at, item.key, organisation=unit) for at, units in enumerate(by_path.values()) for unit in units],
        from_on=day, incident_id=plan.incident_id,
    )  # fmt: skip


def _tells(plan: Plan, links: Sequence[Link]) -> list[Tell]:
    """Offices of the communities, offices of the units, and heads and contacts of the units who have an account."""
    found = [
        Tell(worklist.UNITS_PAIRED, f"place:{path}", path, for_role="community_head", link="/pairings/")
        for path in sorted({path for path, _unit in links})
    ]
    units = sorted({unit for _path, unit in links})
    known = units_of(plan.id, set(units))
    for unit in units:
        found.append(
            Tell(worklist.OUR_COMMUNITIES, f"unit:{unit}", f"U{known[unit][2]}", for_role="sending_unit_officer",
                 link="/pairings/unit/")
        )  # fmt: skip
    first = {unit: path for path, unit in reversed(links)}
    rows = run("select unit, account from plans_contacts(%b::bigint, %b::bigint[])", [plan.id, units])
    found += [
        Tell(
            worklist.OUR_COMMUNITIES,
            f"contact:{unit}:{account}",
            first[unit],
            for_account=account,
            link="/pairings/mine/",
        )
        for unit, account in rows
    ]
    return found


def _number(line: PlanLine) -> int:
    return int(line.subject.partition(":")[2])


def names_of_lines(plan: Plan, subjects: set[str], targets: set[str]) -> dict[str, Said]:
    """Units with the area of their office, communities with their township."""
    areas = sorted(target.partition(":")[2] for target in targets if target.startswith("area:"))
    units = {int(subject.partition(":")[2]) for subject in subjects if subject.startswith("unit:")}
    known = units_of(plan.id, units)
    above = names_of(sorted({*areas, *(path[:9] for path in areas), *(path[:12] for _name, path, _ in known.values())}))
    found = {f"area:{path}": Said(above.get(path, path), hint=above.get(path[:9], "")) for path in areas}
    for unit, (name, path, _lineage) in known.items():
        found[f"unit:{unit}"] = Said(name, hint=above.get(path[:12], ""))
    return found


__all__ = ["adopt_lines", "names_of_lines"]
