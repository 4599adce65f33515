"""The glossary: every line complete, every word once."""

import re
from pathlib import Path

GLOSSARY = Path(__file__).parents[2] / "docs" / "glossary.md"


def lines():
    for line in GLOSSARY.read_text(encoding="utf-8").splitlines():
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        if line.startswith("|") and cells[0] != "word" and not set(line) <= set("|-"):
            yield cells


def test_every_line_has_a_word_its_chinese_and_a_sentence():
    found = list(lines())
    assert len(found) > 60
    for word, chinese, meaning in found:
        assert re.fullmatch(r"[a-z' ,-]+", word), word
        assert re.search(r"[\u4e00-\u9fff]", chinese), word
        assert meaning.endswith("."), word


def test_no_word_stands_for_two_ideas():
    words = [word.strip() for cells in lines() for word in cells[0].split(",")]
    assert sorted(words) == sorted(set(words))


def test_levels_carry_the_words_of_the_code():
    from lianfang.kernel.divisions import Level

    words = {word.strip() for cells in lines() for word in cells[0].split(",")}
    assert {level.en for level in Level} <= words
