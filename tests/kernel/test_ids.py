"""UUIDs that only grow, and public codes that find every slip of the finger."""

import threading
from datetime import UTC, datetime, timedelta
from itertools import pairwise
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lianfang.kernel import ids
from lianfang.kernel.errors import LianfangError

numbers = st.integers(0, 2**40 - 1)


def test_the_example_of_the_rfc():
    value = UUID("017F22E2-79B0-7CC3-98C4-DC0C0C07398F")  # RFC 9562, appendix A.6
    assert ids.uuid7_time(value) == datetime(2022, 2, 22, 19, 22, 22, tzinfo=UTC)


def test_uuid7_is_of_its_version_and_now():
    value = ids.uuid7()
    assert (value.version, value.variant) == (7, "specified in RFC 4122")
    assert abs(ids.uuid7_time(value) - datetime.now(UTC)) < timedelta(seconds=5)


def test_uuid7_grows_in_a_burst_and_when_the_clock_steps_back():
    maker = ids.Uuid7Maker()
    clock = [1_000_000] * 2000 + [999_000] * 10 + [1_000_001]
    made = [maker.make(now) for now in clock]
    assert all(a < b for a, b in pairwise(made))
    assert int(ids.uuid7_time(made[2005]).timestamp() * 1000) == 1_000_000


def test_uuid7_borrows_a_millisecond_when_the_counter_is_used_up(monkeypatch):
    maker = ids.Uuid7Maker()
    first = maker.make(5000)
    maker._counter = (1 << 74) - 1
    second = maker.make(5000)
    assert first < second
    assert second.int >> 80 == 5001
    assert second.version == 7


def test_uuid7_is_monotonic_over_threads():
    found: list[list[UUID]] = [[] for _ in range(4)]

    def work(own: list[UUID]) -> None:
        own.extend(ids.uuid7() for _ in range(500))

    threads = [threading.Thread(target=work, args=(own,)) for own in found]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert all(a < b for own in found for a, b in pairwise(own))
    assert len({value for own in found for value in own}) == 2000


@pytest.mark.parametrize("text", ["9f1b6c1e-3a77-4a55-8a44-0f6f2f6f2f6f", "ffffffff-ffff-7fff-bfff-ffffffffffff"])
def test_other_uuids_have_no_time(text):
    with pytest.raises(LianfangError) as caught:
        ids.uuid7_time(UUID(text))
    assert caught.value.code == "id.not_uuid7"


@given(numbers)
def test_a_code_comes_back_from_any_way_of_typing_it(number):
    code = ids.format_code(number)
    assert len(code) == ids.CODE_LENGTH
    assert set(code) <= set(ids.ALPHABET)
    assert ids.parse_code(code) == number
    assert ids.parse_code(ids.group_code(code).lower()) == number
    assert ids.parse_code(f" {code[:4]} {code[4:]}\u3000".replace("0", "o").replace("1", "l")) == number
    assert ids.parse_code(code.replace("1", "i")) == number
    assert ids.parse_code("".join(chr(ord(character) + 0xFEE0) for character in code)) == number


@given(numbers, st.integers(0, 8), st.integers(1, 31))
def test_every_single_wrong_character_is_found(number, place, shift):
    code = ids.format_code(number)
    wrong = ids.ALPHABET[(ids.ALPHABET.index(code[place]) + shift) % 32]
    with pytest.raises(LianfangError) as caught:
        ids.parse_code(code[:place] + wrong + code[place + 1 :])
    assert caught.value.code == "code.check_failed"


@given(numbers, st.integers(0, 8), st.integers(0, 8))
def test_every_swap_of_two_different_characters_is_found(number, one, other):
    code = list(ids.format_code(number))
    if code[one] == code[other]:
        return
    code[one], code[other] = code[other], code[one]
    with pytest.raises(LianfangError, match="fails its check"):
        ids.parse_code("".join(code))


@pytest.mark.parametrize("text", ["", "12345678", "1234567890", "U23456789", "12345678*", "张三"])
def test_what_is_no_code_is_refused(text):
    with pytest.raises(LianfangError) as caught:
        ids.parse_code(text)
    assert caught.value.code == "code.malformed"


@pytest.mark.parametrize("number", [-1, 2**40])
def test_a_number_out_of_range_is_a_mistake_of_the_caller(number):
    with pytest.raises(ValueError, match="2\\^40"):
        ids.format_code(number)


def test_new_codes_differ_and_parse():
    codes = {ids.new_code() for _ in range(200)}
    assert len(codes) == 200
    assert all(ids.format_code(ids.parse_code(code)) == code for code in codes)
