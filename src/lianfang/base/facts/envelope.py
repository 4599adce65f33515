"""A fact as it arrives: the envelope, its limits, and the answer that goes back. Pure: no database."""

from __future__ import annotations

import hashlib
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any
from uuid import UUID

import msgspec

import lianfang.kernel.errors_catalogue  # noqa: F401  (defines the codes used here)
from lianfang.kernel.errors import Language, LianfangError, Value

MAX_FACTS = 500
"""Facts in one call (DECISIONS, Meaning 6)."""
MAX_FACT_BYTES = 64 * 1024
"""Bytes of one fact without attachments (DECISIONS, Meaning 6)."""
MAX_BODY_BYTES = MAX_FACTS * (MAX_FACT_BYTES + 2) + 2
_encoder = msgspec.json.Encoder()


class Envelope(msgspec.Struct, frozen=True, gc=False):
    """What every fact says about itself; the payload is decoded by its kind. It refers to nothing that refers back."""

    id: UUID
    kind: str
    area: str
    recorded_at: datetime
    payload: msgspec.Raw
    subject: str | None = None
    device: str | None = None
    recorded_by: str | None = None
    base_version: str | None = None


@dataclass(slots=True)
class Refusal:
    """Why a fact was not taken: the outcome for the sender, and a code of the error catalogue with its values."""

    outcome: str
    code: str
    values: dict[str, Value]

    def render(self, language: Language) -> str:
        """The sentence for the sender."""
        return LianfangError(self.code, **self.values).render(language)


@dataclass(slots=True)
class Note:
    """Something the sender should know about an accepted fact, such as one person who was in another tube already."""

    code: str
    values: dict[str, Value]

    def as_json(self, language: Language) -> dict[str, object]:
        """The note with its sentence."""
        return {
            "code": self.code,
            "detail": LianfangError(self.code, **self.values).render(language),
            "values": self.values,
        }


class Fact(msgspec.Struct):
    """One fact on its way through the door."""

    id: UUID
    kind: str
    area: str
    path: str
    recorded_at: datetime
    received_at: datetime
    at: datetime
    """When it happened, for all that is counted: the phone's time, or ours when the phone's clock is wrong."""
    day: date
    payload: Any
    raw: bytes
    token: bytes
    verb: str
    subject: str | None = None
    account_id: int = 0
    grant_id: int = 0
    role: str = ""
    reach: str = ""
    """Path that subjects must lie in; '' for desks and laboratories, which meet people of a whole county by code."""
    grids: frozenset[int] | None = None
    """Grids that subjects must lie in, None when the grant is not bound to grids."""
    incident_id: int = 0
    refusal: Refusal | None = None
    duplicate: bool = False
    notes: list[Note] = msgspec.field(default_factory=list)
    state: Any = None
    _digest: bytes | None = None

    @property
    def digest(self) -> bytes:
        """SHA-256 over the meaning of the fact: order of members and white space don't matter."""
        if self._digest is None:
            body = _encoder.encode([self.kind, self.area, self.subject, self.recorded_at, self.payload])
            self._digest = hashlib.sha256(body).digest()
        return self._digest

    def reaches(self, home: str | None, grid: int | None = None) -> bool:
        """Whether somebody's home (and its grid) lies where the sender may record: in the fact's area and the grant."""
        if home is None or not home.startswith(self.path[:12]) or not home.startswith(self.reach):
            return False
        return self.grids is None or grid in self.grids

    def refuse(self, code: str, *, outcome: str = "refused", **values: Any) -> None:
        """Refuse this fact (the first reason stands)."""
        if self.refusal is None:
            self.refusal = Refusal(outcome, code, values)

    def note(self, code: str, **values: Value) -> None:
        """Add a note for the sender."""
        self.notes.append(Note(code, values))

    def answer(self, language: Language) -> dict[str, object]:
        """What the sender is told about this fact, to be written as JSON."""
        if self.refusal is not None:
            return {
                "id": self.id, "status": self.refusal.outcome, "code": self.refusal.code,
                "detail": self.refusal.render(language), "values": self.refusal.values,
            }  # fmt: skip
        answer: dict[str, object] = {"id": self.id, "status": "duplicate" if self.duplicate else "accepted"}
        if self.notes:
            answer["notes"] = [note.as_json(language) for note in self.notes]
        return answer
