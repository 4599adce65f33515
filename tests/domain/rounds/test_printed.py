"""Many printed codes at once say what one by one they say."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from lianfang.domain.rounds.printed import NOT_PRINTED, read_codes
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.ids import ALPHABET, CODE_BITS, format_code, parse_code

NUMBERS = st.integers(0, (1 << CODE_BITS) - 1)
MISTYPED = st.one_of(
    st.text(max_size=12),
    st.text(alphabet=ALPHABET, min_size=8, max_size=10),
    st.builds(lambda number, at, sign: _swapped(format_code(number), at, sign), NUMBERS, st.integers(0, 8), st.sampled_from(ALPHABET)),
    st.builds(lambda number: format_code(number).lower(), NUMBERS),
    st.builds(lambda one, other: format_code(one) + "\n" + format_code(other), NUMBERS, NUMBERS),
    st.builds(lambda number: format_code(number)[1:], NUMBERS),
    st.builds(lambda number: "0" + format_code(number), NUMBERS),
    st.builds(lambda number: "-".join((format_code(number)[:3], format_code(number)[3:])), NUMBERS),
)  # fmt: skip


def _swapped(code: str, at: int, sign: str) -> str:
    return code[:at] + sign + code[at + 1 :]


@given(st.lists(NUMBERS, max_size=40))
def test_codes_as_printed_give_their_numbers(numbers: list[int]) -> None:
    assert read_codes([format_code(number) for number in numbers]).tolist() == numbers


@given(st.lists(st.one_of(MISTYPED, st.builds(format_code, NUMBERS)), max_size=20))
def test_what_is_not_as_printed_is_left_to_the_closer_look(texts: list[str]) -> None:
    for text, number in zip(texts, read_codes(texts).tolist(), strict=True):
        if number == NOT_PRINTED:
            parsed = _parsed(text)
            assert parsed is None or format_code(parsed) != text
        else:
            assert number == parse_code(text)


def test_codes_that_only_together_are_long_enough_are_not_read_across() -> None:
    """One too short before one too long; two in one text before an empty one: neighbours must not lend each other characters."""
    one, other = format_code(123_456_789), format_code(987_654_321)
    assert read_codes([one[1:], "0" + other]).tolist() == [NOT_PRINTED] * 2
    assert read_codes([f"{one}\n{other}", "", one[1:]]).tolist() == [NOT_PRINTED] * 3
    assert read_codes([f"{one[:8]}\n", other]).tolist() == [NOT_PRINTED, 987_654_321]


def _parsed(text: str) -> int | None:
    try:
        return parse_code(text)
    except LianfangError:
        return None
