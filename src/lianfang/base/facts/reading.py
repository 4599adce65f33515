"""From bytes to facts: limits, types, areas and times, each mistake with its own sentence. Pure: no database."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import lru_cache
from typing import Any, Self
from uuid import UUID

import msgspec

from lianfang.base.facts.envelope import MAX_FACT_BYTES, MAX_FACTS, Envelope, Fact
from lianfang.base.facts.registry import find
from lianfang.kernel.clock import BEIJING, beijing_day, day_bounds, fact_day, from_the_future
from lianfang.kernel.divisions import path_of
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.ids import uuid7

_list = msgspec.json.Decoder(list[msgspec.Raw])
_envelope = msgspec.json.Decoder(Envelope)
_UNREADABLE = (msgspec.DecodeError, UnicodeDecodeError, RecursionError)
"""What the decoder raises: for no JSON, for bytes that are no text, for members nested by the thousand."""
_LONGEST_KIND = 60
_CALENDAR = range(1900, 9999)
"""Years whose days can be told in every zone."""
_NUL = b"\\u0000"
"""The one character that no column of text can hold, as JSON must write it."""
_path_of = lru_cache(maxsize=8192)(path_of)
"""Areas come again and again; what is no code raises, and is not remembered."""


def read_body(body: bytes, *, token: bytes, received_at: datetime, offset: timedelta = timedelta()) -> list[Fact]:
    """Decode one call. Raises facts.not_a_list or facts.too_many for the call; a bad fact carries its own refusal."""
    try:
        raws = _list.decode(body)
    except _UNREADABLE:
        raise LianfangError("facts.not_a_list") from None
    if len(raws) > MAX_FACTS:
        raise LianfangError("facts.too_many", count=len(raws), limit=MAX_FACTS)
    arrival = Arrival.at(received_at, offset)
    return [_read_one(bytes(raw), token, arrival) for raw in raws]


@dataclass(frozen=True, slots=True)
class Arrival:
    """What the facts of one call have in common: when they came, by which clocks, and the beginning of that day in Beijing."""

    received_at: datetime
    offset: timedelta
    today: date
    first: datetime

    @classmethod
    def at(cls, received_at: datetime, offset: timedelta) -> Self:
        """The arrival at an instant, of a phone whose clock is ahead by the offset."""
        today = beijing_day(received_at)
        return cls(received_at, offset, today, day_bounds(today)[0])


def _read_one(raw: bytes, token: bytes, arrival: Arrival) -> Fact:
    received_at = arrival.received_at
    if len(raw) > MAX_FACT_BYTES:
        return _refused(
            raw[:MAX_FACT_BYTES], token, received_at, "fact.too_large", bytes=len(raw), limit=MAX_FACT_BYTES
        )
    try:
        envelope = _envelope.decode(raw)
    except _UNREADABLE as error:
        return _refused(raw, token, received_at, "fact.malformed", field=_field(str(error)))
    if _NUL in raw:
        return _refused(raw, token, received_at, "fact.character_wrong")
    if len(envelope.kind) > _LONGEST_KIND:
        return _refused(raw, token, received_at, "fact.malformed", field="kind")
    if envelope.recorded_at.tzinfo is None or envelope.recorded_at.year not in _CALENDAR:
        return _refused(raw, token, received_at, "fact.malformed", field="recorded_at")
    fact = Fact(
        id=envelope.id, kind=envelope.kind, area=envelope.area, path="", recorded_at=envelope.recorded_at,
        received_at=received_at, at=envelope.recorded_at, day=arrival.today, payload=None, raw=raw, token=token, verb="",
        subject=envelope.subject,
    )  # fmt: skip
    try:
        fact.path = _path_of(envelope.area)
    except LianfangError:
        fact.refuse("fact.area_unknown", area=envelope.area[:20])
    _check_time(fact, arrival)
    _read_payload(fact, envelope.payload)
    return fact


def _check_time(fact: Fact, arrival: Arrival) -> None:
    if arrival.first <= fact.recorded_at <= arrival.received_at:
        return  # of today, whichever clock is right
    if from_the_future(fact.recorded_at, fact.received_at):
        fact.refuse(
            "fact.time_future",
            recorded_at=fact.recorded_at.astimezone(BEIJING).isoformat(timespec="seconds"),
            received_at=fact.received_at.astimezone(BEIJING).isoformat(timespec="seconds"),
        )
    else:
        fact.day = fact_day(fact.recorded_at, fact.received_at, arrival.offset)
        if beijing_day(fact.recorded_at) != fact.day:
            fact.at = fact.received_at


def _read_payload(fact: Fact, payload: msgspec.Raw) -> None:
    found = find(fact.kind)
    if found is None:
        fact.payload = bytes(payload).decode("utf-8", "replace")
        fact.refuse("fact.kind_unknown", kind=fact.kind[:60])
        return
    kind, lift = found
    fact.verb = kind.verb
    try:
        if lift is None:
            fact.payload = kind.decoder.decode(payload)
        else:
            fact.kind = kind.name
            fact.payload = msgspec.convert(lift(msgspec.json.decode(payload)), kind.payload)
    except (*_UNREADABLE, KeyError, TypeError) as error:
        fact.payload = bytes(payload).decode("utf-8", "replace")
        fact.refuse("fact.payload_invalid", kind=fact.kind, field=_field(str(error)), reason=str(error)[:120])


def _field(message: str) -> str:
    """The member a decoding error speaks of: "Expected `int`, got `str` - at `$.tube`" → "tube"."""
    if "`$." in message:
        return message.rsplit("`$.", 1)[1].rstrip("`")
    if "missing required field" in message:
        return message.split("`")[1]
    return "-"


def _refused(raw: bytes, token: bytes, received_at: datetime, code: str, **values: Any) -> Fact:
    """A fact that could not even be decoded: it keeps its bytes and gets an id from us if it has none."""
    try:
        own = UUID(str(msgspec.json.decode(raw).get("id")))
    except (*_UNREADABLE, ValueError, AttributeError):
        own = uuid7()
    fact = Fact(
        id=own, kind="", area="", path="", recorded_at=received_at, received_at=received_at, at=received_at,
        day=received_at.astimezone(BEIJING).date(), payload=raw.decode("utf-8", "replace"), raw=raw, token=token, verb="",
    )  # fmt: skip
    fact.refuse(code, **values)
    return fact
