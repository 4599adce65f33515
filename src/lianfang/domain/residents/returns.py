"""Returns: who came home while an incident is open, from the returnee register, for the figures of its daily reports.

Kept only for the incident that covers the home, under its pseudonyms and its key. Without an open incident the register
changes the ledger and nothing else: nobody's journey is kept for its own sake.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from datetime import date

from lianfang.base.database.select import run
from lianfang.base.incidents.api import incident_for
from lianfang.base.vault.api import incident_box
from lianfang.domain.residents.judging import Outcome
from lianfang.domain.residents.origins import origin_class
from lianfang.domain.residents.rules import Verdict

SEALED = b"residents_return.sealed"
_TAKEN = """
select r."row", p.code, p.path from residents_import_row r join residents_person p on p.id = r.person_id
where r.file_id = %b and r."row" = any (%b::int4[]) and r.taken
"""
_KNOWN = "select id, code, path from residents_person where id = any (%b::int8[])"


def record_returns(file_id: int, outcomes: Sequence[Outcome], *, today: date) -> int:
    """Put the returns of a batch of the returnee register on record, new ones counted for today; returns how many.

    Whom the ledger knew already unchanged has come home too; who was refused or waits for a person has not yet.
    """
    came = {
        outcome.record.row: outcome
        for outcome in outcomes
        if outcome.record.returned is not None
        and outcome.verdict in (Verdict.NEW, Verdict.CHANGED, Verdict.SAME)
        and outcome.record.returned <= today
    }
    places = _places(file_id, came)
    incidents = {path: incident_for(path) for path in {path[:12] for _, path in places.values()}}
    columns: list[list[object]] = [[], [], [], [], [], [], []]
    for row, (code, path) in places.items():
        found, record = incidents[path[:12]], came[row].record
        if found is None:
            continue
        box = incident_box(found.id)
        said = {key: value for key, value in record.journey.items() if value}
        cells = (
            found.id, row, box.pseudonym(code), path, record.returned,
            origin_class(str(said.get("type", "")), str(said.get("from", "")), path),
            box.seal(json.dumps(said, ensure_ascii=False).encode(), SEALED),
        )  # fmt: skip
        for column, cell in zip(columns, cells, strict=True):
            column.append(cell)
    if not columns[0]:
        return 0
    return int(
        run(
            "select residents_import_returns(%b, %b::int2[], %b::int4[], %b::int8[], %b::text[], %b::date[], %b::text[], "
            "%b::bytea[], %b)",
            [file_id, *columns, today],
        )[0][0]
    )


def _places(file_id: int, came: dict[int, Outcome]) -> dict[int, tuple[int, str]]:
    """Row → the resident's code as a number and the path of their home."""
    if not came:
        return {}
    found = {row: (code, path) for row, code, path in run(_TAKEN, [file_id, list(came)])}
    same = {outcome.known.person_id: row for row, outcome in came.items() if outcome.known and row not in found}
    same = {person: row for person, row in same.items() if came[row].verdict is Verdict.SAME}
    known = run(_KNOWN, [list(same)]) if same else []
    return found | {same[person]: (code, path) for person, code, path in known}
