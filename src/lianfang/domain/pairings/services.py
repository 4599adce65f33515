"""Writes of pairings: adopted in bulk or one by one, filled, handed over, ended; rights and ranges are checked in the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from datetime import date
from typing import Any, Final

import msgspec
from django.db import connections, transaction
from django.utils import timezone

from lianfang.base.access.api import Actor, scoped
from lianfang.base.database.errors import refusals
from lianfang.base.database.select import run
from lianfang.base.vault.api import Box, incident_box, standing_box
from lianfang.domain.pairings import catalogue, rules
from lianfang.domain.pairings import problems as _problems  # noqa: F401 - defines the sentences
from lianfang.domain.pairings.rules import NewPart, Paper, Target
from lianfang.domain.pairings.selectors import holders
from lianfang.kernel.clock import beijing_day
from lianfang.kernel.errors import LianfangError

WORDS: Final = b"pairings_part.sealed"
"""{title, where, link} of a document, else {text}"""
NOTE: Final = b"pairings_part.note"
"""what was said at a handover, as text"""
_ADOPT: Final = (
    "select pairings_adopt(%b::int2, %b, %b, %b::int4, %b::date, %b::date, %b::text[], %b::text[], %b::int8[], %b::text[], "
    "%b::int4[], %b::text[], %b::text[], %b::int8[], %b::int8[], %b::bytea[], %b::date[])"
)
_FILL: Final = """
select pairings_fill(pairing, item, kind, most, targets, organisation, member, sealed, due_on, %b::date, %b::date)
from unnest(%b::int8[], %b::text[], %b::text[], %b::int4[], %b::int4[], %b::int8[], %b::int8[], %b::bytea[], %b::date[])
    as part(pairing, item, kind, most, targets, organisation, member, sealed, due_on)
"""


def today() -> date:
    """The day in Beijing."""
    return beijing_day(timezone.now())


def box_at(path: str, incident_id: int | None) -> Box:
    """The box that seals words of a pairing: the incident's where one is named, else the county's."""
    return incident_box(incident_id) if incident_id is not None else standing_box(path.ljust(6, "0"))


def sealed_words(box: Box, part: NewPart) -> bytes | None:
    """What somebody wrote about a part, sealed; None for members, units and teams."""
    if part.paper is not None:
        return box.seal(msgspec.json.encode(asdict(part.paper)), WORDS)
    return box.seal(msgspec.json.encode({"text": part.text.strip()}), WORDS) if part.text.strip() else None


def adopt_pairings(
    *,
    actor: Actor,
    template: str,
    targets: Sequence[Target],
    parts: Sequence[NewPart],
    from_on: date,
    until_on: date | None = None,
    incident_id: int | None = None,
) -> list[int]:
    """Pair many targets under one template in one statement; returns the numbers of the pairings, in the order of targets.

    Everything or nothing. Raises pairings.taken (says who has it), pairings.term_upside_down, pairings.member_left,
    pairings.unit_dissolved, pairings.member_full, pairings.target_unknown and what `rules` raises; access.not_found outside
    the actor's right or scope.
    """
    with scoped(actor):
        one = catalogue.template(template, incident_id)
        rules.check_targets(one, targets)
        items = rules.check_parts(one, parts, len(targets))
        if incident_id is None and not catalogue.is_standing(template):
            raise LianfangError("pairings.incident_needed")
        boxes = {path: box_at(path, incident_id) for path in {target.path[:6] for target in targets}}
        numbers = [_number(target, incident_id) for target in targets]
        arguments = [
            incident_id, template, [item.key for item in catalogue.to_fill(one)], one.most_targets, from_on, until_on,
            [target.kind for target in targets], [target.path for target in targets], numbers, [target.share for target in targets],
            [part.target + 1 for part in parts], [part.item for part in parts], [item.kind for item in items],
            [part.organisation for part in parts], [part.member for part in parts],
            [sealed_words(boxes[targets[part.target].path[:6]], part) for part in parts], [part.due_on for part in parts],
        ]  # fmt: skip
        try:
            with refusals(), transaction.atomic():
                found = run(_ADOPT, arguments)
        except LianfangError as error:
            if error.code == "pairings.taken":
                number = int(error.values["number"])
                raise LianfangError("pairings.taken", number=number, who=holders(number)) from error
            raise
    return list(found[0][0])


def _number(target: Target, incident_id: int | None) -> int:
    """A person of an incident is known by a pseudonym under its key only."""
    if target.kind == "person" and incident_id is not None:
        return incident_box(incident_id).pseudonym(target.id)
    return target.id


def fill_item(*, actor: Actor, pairing_id: int, part: NewPart, from_on: date, until_on: date | None = None) -> int:
    """Fill one item of a pairing; returns the part's number. Raises as `fill_items`."""
    return fill_items(actor=actor, pairing_ids=[pairing_id], parts=[part], from_on=from_on, until_on=until_on)[0]


def fill_items(
    *, actor: Actor, pairing_ids: Sequence[int], parts: Sequence[NewPart], from_on: date, until_on: date | None = None
) -> list[int]:
    """Fill items of many pairings in one statement, everything or nothing; `target` of a part is the place in `pairing_ids`.

    Returns the numbers of the parts in their order. Raises as `adopt_pairings`, pairings.item_full, pairings.there_already,
    pairings.over.
    """
    with scoped(actor):
        known = _pairings(pairing_ids)
        rows = [_filling(*known[pairing_ids[part.target]], part) for part in parts]
        found = run(_FILL, [from_on, until_on, *map(list, zip(*rows, strict=True))]) if rows else []
    return [int(number) for (number,) in found]


def _filling(pairing: int, path: str, incident_id: int | None, key: str, part: NewPart) -> tuple[Any, ...]:
    """The row of a new part for `_FILL`."""
    one = catalogue.template(key, incident_id)
    item = rules.check_part(one, part)
    sealed = sealed_words(box_at(path, incident_id), part)
    return (
        pairing,
        item.key,
        item.kind,
        item.most,
        one.most_targets,
        part.organisation,
        part.member,
        sealed,
        part.due_on,
    )


def hand_over(
    *, actor: Actor, part_id: int, on: date, note: str, member: int | None = None, organisation: int | None = None
) -> int:
    """Hand a part to another member or unit, with a note for them; returns the new part's number.

    Raises pairings.circular_handover, pairings.part_over, pairings.handover_day, pairings.item_kind, pairings.words_missing.
    """
    if not 0 < len(note.strip()) <= rules.WORDS:
        raise LianfangError("pairings.words_missing", most=rules.WORDS)
    with scoped(actor):
        rows = run("select pairing_id, kind, item from pairings_part where id = %b", [part_id])
        if not rows:
            raise LianfangError("access.not_found")
        _pairing, path, incident_id, key = _pairings([rows[0][0]])[rows[0][0]]
        one = catalogue.template(key, incident_id)
        rules.check_part(one, NewPart(0, rows[0][2], member=member, organisation=organisation, text="-"))
        sealed = box_at(path, incident_id).seal(note.strip().encode(), NOTE)
        made = run(
            "select pairings_hand_over(%b::int8, %b::int8, %b::int8, %b::bytea, %b::date, %b::int4)",
            [part_id, organisation, member, sealed, on, one.most_targets],
        )
    return int(made[0][0])


def release_parts(*, actor: Actor, part_ids: Sequence[int], on: date) -> None:
    """Those who fill these parts stop without a successor: the parts fall open and the offices hear of it."""
    with scoped(actor):
        run("select pairings_release(part, %b::date) from unnest(%b::int8[]) as part", [on, list(part_ids)])


def mark_done(*, actor: Actor, part_id: int, on: date) -> None:
    """A promise was kept, a talk or visit took place. Raises pairings.nothing_to_keep, pairings.day_ahead."""
    with scoped(actor):
        run("select pairings_keep(%b::int8, %b::date)", [part_id, on])


def end_pairings(*, actor: Actor, pairing_ids: Sequence[int], on: date) -> int:
    """End whole pairings; their targets stand open again. Raises pairings.over, access.not_found."""
    with scoped(actor):
        rows = run("select pairings_end(%b::int8[], %b::date, 'ended')", [list(pairing_ids), on])
    return int(rows[0][0])


def sweep() -> int:
    """Every minute by the steward: terms that are over end, figures follow, offices hear of places with nobody."""
    with connections["door"].cursor() as cursor:
        cursor.execute("select pairings_sweep()")
        return int(cursor.fetchone()[0])


def _pairings(numbers: Sequence[int]) -> dict[int, tuple[int, str, int | None, str]]:
    """Number, path, incident and template of pairings, by number; raises access.not_found for one out of sight."""
    rows = run(
        "select id, path, incident_id, template from pairings_pairing where id = any (%b::int8[])", [list(numbers)]
    )
    found = {row[0]: (row[0], row[1], row[2], row[3]) for row in rows}
    if len(found) < len(set(numbers)):
        raise LianfangError("access.not_found")
    return found


__all__ = [
    "NewPart",
    "Paper",
    "Target",
    "adopt_pairings",
    "end_pairings",
    "fill_item",
    "fill_items",
    "hand_over",
    "mark_done",
    "release_parts",
    "sweep",
]
