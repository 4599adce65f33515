"""From bytes to facts: every limit and every mistake has its own sentence, and one bad fact leaves the others alone."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from typing import Annotated, Any, Literal

import msgspec
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianfang.base.facts import registry
from lianfang.base.facts.api import Batch, Kind, register
from lianfang.base.facts.envelope import MAX_FACT_BYTES, MAX_FACTS, Fact
from lianfang.base.facts.reading import read_body
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.ids import uuid7

NOW = datetime(2022, 4, 6, 4, 0, tzinfo=UTC)
TOKEN = b"t" * 32


class Payload(msgspec.Struct, forbid_unknown_fields=True):
    """A payload with a number, a text of some length, and a choice."""

    round: int
    person: Annotated[str, msgspec.Meta(min_length=9)]
    reason: Literal["away", "refused"]


class Nothing(Batch):
    """A batch that is never run here."""

    def questions(self) -> list[tuple[str, dict[str, Any]]]:
        return []

    def decide(self, answers: list[list[tuple[Any, ...]]]) -> None:
        return None

    def statements(self, facts: list[Fact]) -> list[tuple[str, dict[str, Any]]]:
        return []


GOOD: dict[str, Any] = {
    "id": "018f0000-0000-7000-8000-000000000001", "kind": "trial.reading/1", "area": "411621001001",
    "recorded_at": "2022-04-06T11:58:00+08:00", "payload": {"round": 1, "person": "000K2B807", "reason": "away"},
}  # fmt: skip
pytestmark = [pytest.mark.row("D1"), pytest.mark.pg15]


@pytest.fixture(scope="module", autouse=True)
def _kind() -> Iterator[None]:
    register(Kind("trial.reading/1", "not_sampled", Payload, Nothing))
    yield
    registry._kinds.pop("trial.reading/1")
    registry._decoders.pop("trial.reading/1", None)


def read(*facts: Any, offset: timedelta = timedelta(), at: datetime = NOW) -> list[Fact]:
    """Facts as a call brings them."""
    return read_body(msgspec.json.encode(list(facts)), token=TOKEN, received_at=at, offset=offset)


def code_of(change: dict[str, Any], *, drop: str = "") -> tuple[str, str]:
    """The refusal of the good fact after a change, with the field it names."""
    changed = {key: value for key, value in {**GOOD, **change}.items() if key != drop}
    [fact] = read(changed)
    assert fact.refusal is not None
    answer = fact.answer("en")
    assert answer["status"] == "refused"
    assert str(answer["detail"]).endswith(".")
    return fact.refusal.code, str(fact.refusal.values.get("field", ""))


def test_a_good_fact() -> None:
    [fact] = read(GOOD)
    assert fact.refusal is None
    assert (fact.path, fact.verb, fact.day.isoformat()) == ("411621001001", "not_sampled", "2022-04-06")
    assert fact.payload.reason == "away"
    assert fact.at == fact.recorded_at


@pytest.mark.parametrize("body", [b"", b"{}", b"null", b"7", b'"x"', b"[", b"[1,", b"\xff\xfe", b'[{"a":1}', b"[]x"])
def test_what_is_no_list_is_refused_as_a_whole(body: bytes) -> None:
    with pytest.raises(LianfangError) as caught:
        read_body(body, token=TOKEN, received_at=NOW)
    assert caught.value.code == "facts.not_a_list"
    assert caught.value.status == 400


@pytest.mark.parametrize("body", [b'[{"z":' + b"[" * 5000 + b"]" * 5000 + b"}]", b"[" * 5000 + b"]" * 5000])
def test_members_nested_by_the_thousand_are_refused_as_a_whole(body: bytes) -> None:
    with pytest.raises(LianfangError) as caught:
        read_body(body, token=TOKEN, received_at=NOW)
    assert caught.value.code == "facts.not_a_list"


@pytest.mark.parametrize("member", ["kind", "area", "payload"])
def test_bytes_that_are_no_text_leave_the_neighbours_alone(member: str) -> None:
    good = msgspec.json.encode(GOOD | {"id": str(uuid7())})
    value = msgspec.json.encode(GOOD[member] if member != "payload" else GOOD["payload"]["reason"])
    bad = msgspec.json.encode(GOOD).replace(value, b'"\xff\xfe"')
    kept, refused = read_body(b"[" + good + b"," + bad + b"]", token=TOKEN, received_at=NOW)
    assert kept.refusal is None
    assert refused.refusal is not None
    assert refused.refusal.code in ("fact.malformed", "fact.payload_invalid")


def test_an_empty_list_is_a_list() -> None:
    assert read_body(b"[]", token=TOKEN, received_at=NOW) == []


def test_500_facts_and_one_more() -> None:
    assert len(read(*[GOOD] * MAX_FACTS)) == MAX_FACTS == 500
    with pytest.raises(LianfangError) as caught:
        read(*[GOOD] * (MAX_FACTS + 1))
    assert (caught.value.code, caught.value.values) == ("facts.too_many", {"count": 501, "limit": 500})


def test_64_kilobytes_and_one_more() -> None:
    def padded(size: int) -> dict[str, Any]:
        bare = len(msgspec.json.encode(GOOD | {"device": ""}))
        return GOOD | {"device": "x" * (size - bare)}

    assert MAX_FACT_BYTES == 65536
    kept, large = read(padded(MAX_FACT_BYTES), padded(MAX_FACT_BYTES + 1))
    assert kept.refusal is None
    assert large.refusal is not None
    assert (large.refusal.code, large.refusal.values) == ("fact.too_large", {"bytes": 65537, "limit": 65536})


def test_one_bad_fact_leaves_its_neighbours_alone() -> None:
    other = GOOD | {"id": str(uuid7())}
    facts = read(GOOD, 7, other | {"kind": "no.such/1"}, other)
    assert [fact.refusal is None for fact in facts] == [True, False, False, True]


@pytest.mark.parametrize(
    ("change", "code", "field"),
    [
        ({"id": "x"}, "fact.malformed", "id"),
        ({"recorded_at": "yesterday"}, "fact.malformed", "recorded_at"),
        ({"recorded_at": "2022-04-06T11:58:00"}, "fact.malformed", "recorded_at"),
        ({"recorded_at": "9999-12-31T23:59:59Z"}, "fact.malformed", "recorded_at"),
        ({"recorded_at": "0001-01-01T00:00:00+14:00"}, "fact.malformed", "recorded_at"),
        ({"kind": "a\0b"}, "fact.character_wrong", ""),
        ({"device": "a\0b"}, "fact.character_wrong", ""),
        ({"kind": "k" * 61}, "fact.malformed", "kind"),
        ({"area": "41162100100"}, "fact.area_unknown", ""),
        ({"area": "not an area!"}, "fact.area_unknown", ""),
        ({"area": 411621001001}, "fact.malformed", "area"),
        ({"kind": "rounds.flown/1"}, "fact.kind_unknown", ""),
        ({"payload": {"round": "one", "person": "000K2B807", "reason": "away"}}, "fact.payload_invalid", "round"),
        ({"payload": {"round": 1, "person": "000K2B807", "reason": "bored"}}, "fact.payload_invalid", "reason"),
        ({"payload": {"round": 1, "person": "0", "reason": "away"}}, "fact.payload_invalid", "person"),
        ({"payload": {"round": 1, "person": "000K2B807"}}, "fact.payload_invalid", "reason"),
        ({"payload": {"round": 1, "person": "000K2B807", "reason": "away", "name": "王"}}, "fact.payload_invalid", "-"),
        ({"payload": None}, "fact.payload_invalid", "-"),
        ({"payload": [1]}, "fact.payload_invalid", "-"),
    ],
)  # fmt: skip
def test_each_mistake_has_its_code_and_names_the_field(change: dict[str, Any], code: str, field: str) -> None:
    assert code_of(change) == (code, field)


@pytest.mark.parametrize("field", ["id", "kind", "area", "recorded_at", "payload"])
def test_a_missing_member_is_named(field: str) -> None:
    assert code_of({}, drop=field) == ("fact.malformed", field)


def test_an_unreadable_fact_keeps_its_own_id_and_its_bytes() -> None:
    named, nameless = read(GOOD | {"recorded_at": 7}, {"hello": 1})
    assert str(named.id) == GOOD["id"]
    assert b"hello" in nameless.raw
    assert nameless.id.version == 7


@pytest.mark.parametrize(("ahead", "code"), [(timedelta(minutes=4), None), (timedelta(minutes=30), "fact.time_future")])
def test_the_future_is_refused_with_both_times(ahead: timedelta, code: str | None) -> None:
    [fact] = read(GOOD | {"recorded_at": (NOW + ahead).isoformat()})
    assert (fact.refusal.code if fact.refusal else None) == code
    if fact.refusal:
        assert fact.refusal.values["received_at"] == "2022-04-06T12:00:00+08:00"


def test_a_trusted_clock_gives_the_day_of_recording() -> None:
    """Recorded before midnight in Beijing, received after it."""
    [fact] = read(GOOD | {"recorded_at": "2022-04-05T23:59:00+08:00"}, at=datetime(2022, 4, 5, 16, 30, tzinfo=UTC))
    assert (fact.day.isoformat(), fact.at) == ("2022-04-05", fact.recorded_at)


def test_a_wrong_clock_gives_the_day_of_receipt() -> None:
    """The phone is a day and a half behind: it counts when it came, and what was sent stays as it was sent."""
    sent = GOOD | {"recorded_at": "2022-04-04T23:00:00+08:00"}
    [fact] = read(sent, offset=timedelta(hours=-36))
    assert (fact.day.isoformat(), fact.at) == ("2022-04-06", NOW)
    assert fact.recorded_at.isoformat() == "2022-04-04T23:00:00+08:00"
    [late] = read(sent)
    assert late.day.isoformat() == "2022-04-04"


def test_order_of_members_and_blanks_do_not_change_what_a_fact_says() -> None:
    [one] = read(GOOD)
    turned = dict(reversed(list(GOOD.items()))) | {"payload": dict(reversed(list(GOOD["payload"].items())))}
    body = msgspec.json.format(msgspec.json.encode([turned]), indent=4)
    [other] = read_body(body, token=b"u" * 32, received_at=NOW)
    assert other.digest == one.digest
    for change in ({"area": "411621001002"}, {"recorded_at": "2022-04-06T11:58:01+08:00"}, {"subject": "x"},
                   {"payload": GOOD["payload"] | {"reason": "refused"}}):  # fmt: skip
        [differs] = read(GOOD | change)
        assert differs.digest != one.digest


JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**63), 2**63) | st.floats(allow_nan=False, allow_infinity=False) | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.sampled_from([*GOOD, "x"]) | st.text(max_size=5), inner, max_size=5),
    max_leaves=12,
)  # fmt: skip


@settings(suppress_health_check=[HealthCheck.too_slow])
@given(change=st.dictionaries(st.sampled_from(list(GOOD)), JSON, min_size=1, max_size=3))
def test_whatever_comes_ends_in_a_fact_or_a_sentence(change: dict[str, Any]) -> None:
    for sent in (GOOD | change, change):
        [fact] = read(sent)
        if fact.refusal is not None:
            assert fact.answer("zh")["detail"]
            assert fact.answer("en")["detail"]
        assert len(fact.digest) == 32


@given(body=st.binary(max_size=60))
def test_whatever_bytes_come(body: bytes) -> None:
    try:
        read_body(body, token=TOKEN, received_at=NOW)
    except LianfangError as error:
        assert error.code == "facts.not_a_list"
