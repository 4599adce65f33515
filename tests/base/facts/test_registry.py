"""Kinds of fact: one engine a name, older versions lifted to the one in use."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from typing import Any

import msgspec
import pytest

from lianfang.base.facts import registry
from lianfang.base.facts.api import Batch, Kind, kinds, literal, register
from lianfang.base.facts.reading import read_body

pytestmark = pytest.mark.pg15


class Payload(msgspec.Struct, forbid_unknown_fields=True):
    """A payload of the trial kind."""

    degrees: float


class Nothing(Batch):
    """A batch that asks and writes nothing."""

    def questions(self) -> list[tuple[str, dict[str, Any]]]:
        return []

    def decide(self, answers: list[list[tuple[Any, ...]]]) -> None:
        return None

    def statements(self, facts: Any) -> list[tuple[str, dict[str, Any]]]:
        return []


def _lift(old: dict[str, Any]) -> dict[str, Any]:
    return {"degrees": old["tenths"] / 10}


KIND = Kind("trial.warmth/2", "temperature", Payload, Nothing, lifts=(("trial.warmth/1", _lift),))


@pytest.fixture(autouse=True)
def _registered() -> Iterator[None]:
    known, lifted, decoders = dict(registry._kinds), dict(registry._lifted), dict(registry._decoders)
    register(KIND)
    yield
    for held, before in ((registry._kinds, known), (registry._lifted, lifted), (registry._decoders, decoders)):
        held.clear()
        held.update(before)


def read(kind: str, payload: object) -> Any:
    """One fact of a kind."""
    at = datetime(2022, 4, 6, tzinfo=UTC)
    raw = {"id": "018f0000-0000-7000-8000-000000000001", "kind": kind, "area": "411621001001",
           "recorded_at": at.isoformat(), "payload": payload}  # fmt: skip
    return read_body(msgspec.json.encode([raw]), token=b"t", received_at=at)[0]


def test_kinds_are_listed_by_name() -> None:
    names = [kind.name for kind in kinds()]
    assert names == sorted(names)
    assert "trial.warmth/2" in names


def test_a_name_belongs_to_one_engine() -> None:
    register(KIND)
    with pytest.raises(ValueError, match="registered twice"):
        register(Kind("trial.warmth/2", "temperature", Payload, Nothing))


def test_an_older_version_is_lifted() -> None:
    old, new = read("trial.warmth/1", {"tenths": 371}), read("trial.warmth/2", {"degrees": 37.1})
    assert old.refusal is None
    assert (old.kind, old.payload, old.verb) == (new.kind, new.payload, "temperature")


@pytest.mark.parametrize("payload", [{}, {"tenths": "warm"}, None, []])
def test_an_older_version_that_cannot_be_lifted_is_refused(payload: object) -> None:
    fact = read("trial.warmth/1", payload)
    assert fact.refusal.code == "fact.payload_invalid"


def test_a_later_version_than_ours_is_unknown() -> None:
    assert read("trial.warmth/3", {"degrees": 37.1}).refusal.code == "fact.kind_unknown"


NASTY = ['a"b', "a\\b", "{}", "a,b", "", "NULL", "null", "'; drop table x; --", "王\n芳", "\\x00", " "]


def test_array_literals_bring_back_what_went_in(database: Any) -> None:
    """Quotes, backslashes, commas, braces and empty texts survive; None is NULL."""
    import psycopg

    with psycopg.connect(database.conninfo("lianfang_door")) as connection:
        [texts] = connection.execute("select %s::text[]", [literal([*NASTY, None])]).fetchone() or [None]
        assert texts == [*NASTY, None]
        [numbers] = connection.execute("select %s::int[]", [literal([1, None, -7])]).fetchone() or [None]
        assert numbers == [1, None, -7]
        assert (connection.execute("select %s::int[]", [literal([])]).fetchone() or [None])[0] == []
