"""Lists of more than 500 people: asked for with a purpose, agreed to by a second person, taken once, counted and marked."""

from __future__ import annotations

import io
from dataclasses import dataclass
from datetime import datetime
from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from lianfang.base.access.api import Actor, scoped
from lianfang.base.access.looks import note_export
from lianfang.base.access.offices import offices_of, signature
from lianfang.base.database.select import run
from lianfang.domain.residents import forms as _forms  # noqa: F401 - defines a sentence used here
from lianfang.domain.residents.exports import write_roll
from lianfang.kernel.errors import Language, LianfangError, define

MOST: Final = 200_000
"""People in one file: an assumption, a large county in three files; Excel itself ends at 1,048,576 rows."""
PURPOSES: Final[dict[str, Promise]] = {
    "round": _("Preparing a testing or screening round"), "evacuation": _("Moving people to safety"),
    "supplies": _("Distributing supplies"), "audit": _("Comparing registers"), "higher_order": _("Order of a higher command"),
}  # fmt: skip
"""Why a large list is asked for: a closed list, because free words would be personal data in the record."""

define(
    "residents.export_decided",
    status=409,
    zh="这项导出申请已经有了决定。请重新打开列表。",
    en="This request was decided already. Open the list again.",
)
define(
    "residents.export_same_person",
    status=409,
    zh="申请人不能批准自己的导出。请由另一位有审批权的同事办理。",
    en="Nobody agrees to their own request. Let another colleague with that right decide.",
)
define(
    "residents.export_not_open",
    status=409,
    zh="这份名单没有获批、已经取走，或批准已超过24小时。请重新申请。",
    en="This list was not agreed to, was taken already, or was agreed to more than 24 hours ago. Ask again.",
)
define(
    "residents.export_too_large",
    status=422,
    zh="该区域有{people}人，一份名单最多{limit}人。请分乡镇申请。",
    en="There are {people} people in this area; one file holds at most {limit}. Ask by township.",
)


@dataclass(frozen=True)
class Request:
    """One request. people: counted when it was asked for; rows: in the file that was taken."""

    id: int
    path: str
    place: str
    purpose: str
    people: int
    state: str
    asked_by: int
    asked_at: datetime
    decided_by: int | None
    decided_at: datetime | None
    rows: int | None


def ask_export(*, actor: Actor, path: str, purpose: str) -> int:
    """Ask for the list of an area; returns the request's number. Raises residents.export_too_large, access.not_found."""
    if purpose not in PURPOSES:
        raise LianfangError("residents.purpose_unknown")
    with scoped(actor):
        number, people = run("select * from residents_export_ask(%b, %b)", [path, purpose])[0]
        if people > MOST:
            raise LianfangError("residents.export_too_large", people=people, limit=MOST)
        return int(number)


def decide_export(*, actor: Actor, request_id: int, agreed: bool) -> None:
    """Agree or refuse as the second person; raises residents.export_same_person, residents.export_decided."""
    with scoped(actor):
        run("select residents_export_decide(%b::int8, %b)", [request_id, agreed])


def take_export(*, actor: Actor, request_id: int, stamp: str, language: Language = "zh") -> tuple[bytes, int]:
    """The file of an agreed request, once, with its number of rows; watermarked with both people and the request's number.

    Raises residents.export_not_open, access.not_found.
    """
    with scoped(actor):
        path, purpose, second = run("select * from residents_export_take(%b::int8)", [request_id])[0]
        agreed = signature(second, offices_of([second]))
        target = io.BytesIO()
        mark = f"{stamp} · №{request_id} · {PURPOSES.get(purpose, purpose)} · {agreed}"
        rows = write_roll(actor=actor, path=path, target=target, stamp=mark, language=language, agreed=True)
        run("select residents_export_taken(%b::int8, %b)", [request_id, rows])
        note_export("residents-large", path, rows)
    return target.getvalue(), rows


def requests(*, actor: Actor) -> list[Request]:
    """Requests for lists of the caller's area, newest first."""
    rows = run(
        "select r.id, r.path, coalesce(a.name, r.path), r.purpose, r.people, r.state, r.asked_by, r.asked_at, r.decided_by, "
        "r.decided_at, r.rows from residents_export_request r left join areas_area a on a.path = r.path order by r.id desc limit 100"
    )
    return [Request(*row) for row in rows]
