"""Lists of members that are too large for a request: kept sealed, judged, taken and taken back beside the pages."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from typing import Final

import msgspec

from lianfang.base.access.api import Actor, scoped
from lianfang.base.jobs import beside, kept
from lianfang.base.vault.api import BadSeal
from lianfang.domain.workforce import rules
from lianfang.domain.workforce.importing import destination, stage_members, take_members, undo_import
from lianfang.exchange.tables import Limits
from lianfang.exchange.tables.limits import MEGABYTE
from lianfang.kernel.errors import Language, LianfangError

KIND: Final = "members_import"
LARGEST_BYTES: Final = Limits().file_bytes
"""The largest list that is read at all; 410,000 members are about half of it (measured)."""
_FILE: Final = b"workforce_upload.file"
_SENT: Final = b"workforce_upload.sent"


class Sent(msgspec.Struct):
    """A list that was sent and waits for its job. area_path: as for `stage_members`."""

    account_id: int
    area_path: str
    register: str
    name: str


def check_size(size: int) -> None:
    """Refuse what no reader would take; raises tables.too_large."""
    if size > LARGEST_BYTES:
        raise LianfangError("tables.too_large", size_mb=-(-size // MEGABYTE), limit_mb=LARGEST_BYTES // MEGABYTE)


def ask_stage(
    actor: Actor, chunks: Iterable[bytes], *, area_path: str, register: str, name: str, language: Language
) -> str:
    """Keep a sent list sealed and let its rows be judged; returns the token of the job. Raises access.not_found."""
    with scoped(actor):
        place = destination(actor, area_path)
    kept.purge()
    token = kept.new_token(rules.key_path(place.office))
    kept.write_stream(token, "file", chunks, _FILE)
    kept.write(token, "look", msgspec.json.encode(Sent(actor.account_id, area_path, register, name)), _SENT)
    return beside.ask(token, beside.job_of(KIND, "stage", actor, language))


def ask_about(actor: Actor, action: str, file_id: int, rows: int, language: Language) -> str:
    """Let a judged list be taken (take) or a taken one be taken back (undo); the token depends on the list alone."""
    token = kept.number_token("000000", f"members-{action}", file_id)
    return beside.ask(token, beside.job_of(KIND, action, actor, language, file_id=file_id), rows)


def do(actor: Actor, token: str, job: beside.Job, tell: Callable[[int], None]) -> beside.Done:
    """Do one job; raises what the services raise."""
    if job.action == "take":
        return beside.Done(take_members(actor=actor, file_id=job.file_id, on_rows=tell).rows, job.file_id, "taken")
    if job.action == "undo":
        back = undo_import(actor=actor, file_id=job.file_id)
        return beside.Done(back.removed + back.restored + back.kept, job.file_id, "undone")
    try:
        sent = msgspec.json.decode(kept.read(token, "look", _SENT), type=Sent)
        data = kept.read_stream(token, "file", _FILE)
    except (OSError, BadSeal, msgspec.MsgspecError):
        raise LianfangError("jobs.upload_gone") from None
    report = stage_members(
        actor=actor, source=data, area_path=sent.area_path, register=sent.register, filename=sent.name,
        language=job.language, on_rows=tell,
    )  # fmt: skip
    kept.forget(token, "file", "look")
    return beside.Done(report.rows, report.file_id or 0, "repeated" if report.repeated else "")
