"""Own words are kept whole or refused with their length; digits are numbers only where a column can hold them."""

from __future__ import annotations

import pytest

from lianfang.kernel.errors import LianfangError
from lianfang.kernel.numbers import is_whole
from lianfang.kernel.texts import own_words


def test_words_are_kept_whole() -> None:
    assert own_words("  门口有狗\r\n请打电话 ", 9) == "门口有狗\n请打电话"
    assert own_words("", 1) == ""


def test_words_that_are_too_long_are_refused_with_their_length() -> None:
    with pytest.raises(LianfangError) as caught:
        own_words("字" * 11, 10)
    assert (caught.value.code, caught.value.values) == ("text.too_long", {"length": 11, "limit": 10})
    assert "11" in caught.value.render("zh")


@pytest.mark.parametrize("text", ["", "²", "٣", "３", "-1", "1.5", " 1", "9" * 19, "9" * 5000])
def test_what_is_no_number_for_a_column(text: str) -> None:
    assert not is_whole(text)


def test_what_is_a_number() -> None:
    assert is_whole("0")
    assert is_whole("9" * 18)
    assert is_whole("123", 3)
    assert not is_whole("1234", 3)
