"""Files between sending and checking: kept sealed for an hour, so that a person can look at the columns first.

Nothing kept lies open on disk. A file belongs to the account that sent it and is gone once it is staged or discarded.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

import msgspec

from lianfang.base.access.api import Actor
from lianfang.base.jobs import kept
from lianfang.base.vault.api import BadSeal
from lianfang.domain.residents.reading import REGISTERS
from lianfang.exchange.tables import Table, read_table
from lianfang.kernel.errors import LianfangError, Value, define, problem

_FILE: Final = b"residents_upload.file"
_LOOK: Final = b"residents_upload.look"
_NOTES: Final = b"residents_upload.notes"

define(
    "residents.file_missing",
    status=422,
    zh="没有选择文件。请选择要导入的表格。",
    en="No file was chosen. Choose the table to import.",
)


class Column(msgspec.Struct, frozen=True):
    """One column of a sent file. number: from 0; name: what it was taken for, or blank; confidence: how surely."""

    number: int
    letters: str
    header: str
    name: str
    confidence: str
    samples: tuple[str, ...]


class Note(msgspec.Struct, frozen=True):
    """Something done without being asked: code and values of its sentence."""

    code: str
    values: dict[str, Value]

    def sentence(self, language: str) -> str:
        """The note for a person."""
        return problem(self.code).sentence(self.values, "en" if language == "en" else "zh")


class Look(msgspec.Struct):
    """What a first look at a sent file found."""

    account_id: int
    area_path: str
    register: str
    name: str
    size: int
    sheet: str
    sheets: tuple[str, ...]
    header_row: int | None
    columns: tuple[Column, ...]
    notes: tuple[Note, ...]
    token: str = ""

    def missing(self) -> list[str]:
        """Names of required columns that no column of the file was taken for."""
        taken = {column.name for column in self.columns}
        return [spec.name for spec in REGISTERS[self.register] if spec.required and spec.name not in taken]


def keep(*, actor: Actor, data: bytes, area_path: str, register: str, name: str) -> Look:
    """Look at a sent file and keep it sealed; raises the file refusals of `exchange.tables`."""
    if register not in REGISTERS:
        raise LianfangError("residents.register_unknown", name=register[:40])
    look = _look(data, actor=actor, area_path=area_path, register=register, name=name, sheet=None)
    look.token = kept.new_token(area_path)
    kept.purge()
    kept.write_stream(look.token, "file", [data], _FILE)
    kept.write(look.token, "look", msgspec.json.encode(look), _LOOK)
    return look


def again(look: Look, *, actor: Actor, sheet: str) -> Look:
    """Look at another sheet of a kept file; raises tables.no_such_sheet and the other file refusals."""
    found = _look(
        contents(look), actor=actor, area_path=look.area_path, register=look.register, name=look.name, sheet=sheet
    )
    found.token = look.token
    kept.write(look.token, "look", msgspec.json.encode(found), _LOOK)
    return found


def find(token: str, *, actor: Actor) -> Look:
    """The kept look of a file that this account sent; raises jobs.upload_gone."""
    try:
        look = msgspec.json.decode(kept.read(token, "look", _LOOK), type=Look)
    except (OSError, BadSeal, msgspec.MsgspecError):
        raise LianfangError("jobs.upload_gone") from None
    if look.account_id != actor.account_id or not actor.covers(look.area_path):
        raise LianfangError("jobs.upload_gone")
    return look


def contents(look: Look) -> bytes:
    """The bytes of a kept file; raises jobs.upload_gone."""
    try:
        return kept.read_stream(look.token, "file", _FILE)
    except (OSError, BadSeal):
        raise LianfangError("jobs.upload_gone") from None


def forget(look: Look) -> None:
    """Delete a kept file and its look."""
    kept.forget(look.token, "file", "look")


def keep_notes(area_path: str, file_id: int, sentences: list[str]) -> None:
    """Keep what was noticed about a file for the page that shows its verdicts."""
    kept.write(kept.number_token(area_path, "notes", file_id), "notes", msgspec.json.encode(sentences), _NOTES)


def notes(area_path: str, file_id: int) -> list[str]:
    """What was noticed about a file, as long as it is kept."""
    try:
        token = kept.number_token(area_path, "notes", file_id)
        return msgspec.json.decode(kept.read(token, "notes", _NOTES), type=list[str])
    except (OSError, BadSeal, msgspec.MsgspecError):
        return []


def _look(data: bytes, *, actor: Actor, area_path: str, register: str, name: str, sheet: str | None) -> Look:
    with read_table(data, columns=REGISTERS[register], filename=name, sheet=sheet, require=False) as table:
        return Look(
            account_id=actor.account_id, area_path=area_path, register=register, name=name, size=len(data),
            sheet=table.sheet, sheets=table.sheet_names, header_row=table.header_row, columns=tuple(_columns(table)),
            notes=tuple(Note(note.code, dict(note.values)) for note in table.notes),
        )  # fmt: skip


def _columns(table: Table) -> Iterator[Column]:
    for guess in table.guesses:
        if guess.header or guess.samples:
            yield Column(
                guess.column, guess.letters, guess.header, guess.name or "", guess.confidence.value, guess.samples
            )
