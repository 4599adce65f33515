"""The rows of a sent plan: written, judged against the buildings that are there, and made into buildings."""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from typing import Any, Final

from lianfang.base.areas.outline_rules import VERDICTS, Candidate, Known, Verdict, claim, judge, label_of
from lianfang.base.areas.places import BUILDINGS_A_COMMUNITY
from lianfang.kernel.divisions import range_of
from lianfang.kernel.errors import LianfangError


def insert_rows(cursor: Any, number: int, rows: Sequence[tuple[Any, ...]]) -> None:
    """Rows in one statement; columns in the order of `_COLUMNS`."""
    if not rows:
        return
    columns = [list(column) for column in zip(*rows, strict=True)]
    cursor.execute(
        f"insert into areas_outline_row (file_id, {', '.join(_COLUMNS)}, building_path, made, decided) "
        f"select %s, {', '.join(_COLUMNS)}, '', false, false from unnest("
        + ", ".join(f"%s::{kind}[]" for kind in _COLUMNS.values())
        + f") as t({', '.join(_COLUMNS)})",
        [number, *columns],
    )


_COLUMNS: Final = {
    "number": "int", "path": "text", "what": "text", "name": "text", "compound": "text", "layer": "text", "ref": "text",
    "code": "text", "floors": "smallint", "households": "int", "geometry": "jsonb", "area_m2": "float8", "longitude": "float8",
    "latitude": "float8", "verdict": "text", "reason": "text",
}  # fmt: skip


def judge_again(cursor: Any, number: int) -> dict[str, int]:
    """Judge everything a person has not decided, and count."""
    cursor.execute(
        "select number, case when length(path) = 12 then path else '' end, name, compound, code, geometry::text from areas_outline_row "
        "where file_id = %s and what = 'building' and geometry is not null and not decided", [number],
    )  # fmt: skip
    waiting = [
        Candidate(n, at, name, compound, code, json.loads(shape))
        for n, at, name, compound, code, shape in cursor.fetchall()
    ]
    known = _known(cursor, {one.community for one in waiting if one.community})
    verdicts = judge(waiting, known, decided_claims(cursor, number))
    items = sorted(verdicts.items())
    cursor.execute(
        "update areas_outline_row r set verdict = t.verdict, reason = t.reason, building_path = t.building "
        "from unnest(%s::int[], %s::text[], %s::text[], %s::text[]) as t(number, verdict, reason, building) "
        "where r.file_id = %s and r.number = t.number",
        [[n for n, _ in items], *_verdict_columns([v for _, v in items]), number],
    )
    cursor.execute(
        "select case when what = 'building' then verdict else 'line_' || verdict end, count(*) from areas_outline_row "
        "where file_id = %s group by 1", [number],
    )  # fmt: skip
    counts = dict.fromkeys(VERDICTS, 0) | {str(name): int(count) for name, count in cursor.fetchall()}
    cursor.execute("update areas_outline_import set counts = %s where id = %s", [json.dumps(counts), number])
    return counts


def is_there(cursor: Any, community: str, compound: str, name: str) -> bool:
    """Whether a building of this name stands in the community (and compound) already."""
    there = (claim(community, one.compound, one.name, "") for one in _known(cursor, [community]))
    return claim(community, compound, name, "") in there


def decided_claims(cursor: Any, number: int, but: int = 0) -> list[tuple[str, ...]]:
    """What the rows that a person decided lay claim to, one of them left out."""
    cursor.execute(
        "select path, compound, name, building_path from areas_outline_row where file_id = %s and decided and verdict <> 'refused' "
        "and number <> %s", [number, but],
    )  # fmt: skip
    return [claim(*row) for row in cursor.fetchall()]


def _verdict_columns(verdicts: Sequence[Verdict]) -> list[list[str]]:
    return [[v.verdict for v in verdicts], [v.reason for v in verdicts], [v.building for v in verdicts]]


def _known(cursor: Any, communities: Iterable[str]) -> list[Known]:
    found = []
    for community in sorted(communities):
        low, high = range_of(community)
        cursor.execute(
            "select b.path, b.name, coalesce(c.name, ''), o.geometry::text from areas_building b "
            "left join areas_compound c on c.id = b.compound_id left join areas_outline o on o.path = b.path "
            "where b.path >= %s and b.path < %s and right(b.path, 4) <> '0000'", [low, high],
        )  # fmt: skip
        found += [
            Known(at, name, compound, json.loads(shape) if shape else None)
            for at, name, compound, shape in cursor.fetchall()
        ]
    return found


def make_buildings(cursor: Any, number: int) -> int:
    """The buildings of rows judged new, numbered on from the last of their community; returns how many."""
    cursor.execute(
        "select r.number, r.path, r.compound, r.name, r.floors from areas_outline_row r where r.file_id = %s and r.what = 'building' "
        "and r.verdict = 'new' order by r.path, r.compound, r.number", [number],
    )  # fmt: skip
    rows = cursor.fetchall()
    if not rows:
        return 0
    towns = sorted({row[1] for row in rows})
    cursor.execute(
        "select c, coalesce((select max(substr(b.path, 13, 4)::int) from areas_building b where b.path >= c and b.path < c || '~'), 0) "
        "from unnest(%s::text[]) as t(c)", [towns],
    )  # fmt: skip
    last = dict(cursor.fetchall())
    made = []
    for n, town, compound, name, floors in rows:
        last[town] += 1
        if last[town] > BUILDINGS_A_COMMUNITY:
            raise LianfangError("areas.too_many_buildings", limit=BUILDINGS_A_COMMUNITY)
        made.append((n, f"{town}{last[town]:04d}", town, compound, label_of(name), floors))
    cursor.execute(
        "insert into areas_compound (path, name, gates, has_manager) select distinct t.path, t.name, 1, true from unnest(%s::text[], "
        "%s::text[]) as t(path, name) where t.name <> '' on conflict (path, name) do nothing",
        [[one[2] for one in made], [one[3] for one in made]],
    )
    cursor.execute(
        "insert into areas_building (path, compound_id, name, floors) select t.path, c.id, t.name, t.floors from unnest(%s::text[], "
        "%s::text[], %s::text[], %s::text[], %s::smallint[]) as t(path, town, compound, name, floors) "
        'left join areas_compound c on c.path = t.town collate "C" and c.name = t.compound',
        [[one[k] for one in made] for k in (1, 2, 3, 4, 5)],
    )
    cursor.execute(
        "update areas_outline_row r set building_path = t.path, made = true from unnest(%s::int[], %s::text[]) as t(number, path) "
        "where r.file_id = %s and r.number = t.number",
        [[one[0] for one in made], [one[1] for one in made], number],
    )
    return len(made)
