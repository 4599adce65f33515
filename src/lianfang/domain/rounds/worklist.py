"""The words of what rounds put on the work list."""

from __future__ import annotations

from lianfang.base.worklist.api import register_words
from lianfang.kernel.errors import Language

SOURCE = "rounds"
ISOLATE_POOL = "rounds.isolate_pool"
POSITIVE_PERSON = "rounds.positive_person"

_WORDS: dict[str, dict[Language, str]] = {
    ISOLATE_POOL: {
        "zh": "混管阳性：同管人员立即就地单独隔离，逐人单采复核",
        "en": "Positive pool: isolate each member at once and re-test them one by one",
    },
    POSITIVE_PERSON: {
        "zh": "复核阳性：转运并开展流调",
        "en": "Positive after re-test: transfer and trace",
    },
}


def _writer(what: str):  # type: ignore[no-untyped-def]
    def write(subject: str, language: Language) -> str:
        return _WORDS[what][language]

    return write


for _what in _WORDS:
    register_words(SOURCE, _what, _writer(_what))
