"""The words of what duty puts on the work list."""

from __future__ import annotations

from lianfang.base.worklist.api import register_words
from lianfang.base.worklist.registry import Writer
from lianfang.kernel.errors import Language

SOURCE = "duty"
NO_SHOW, CANNOT_COME, ROSTERED, ATTENDANCE = "duty.no_show", "duty.cannot_come", "duty.rostered", "duty.attendance"
_WORDS: dict[str, dict[Language, str]] = {
    NO_SHOW: {"zh": "有人到时未到岗：看谁能接替", "en": "Somebody has not come on duty: see who can step in"},
    CANNOT_COME: {"zh": "有人不能来值守：看谁能接替", "en": "Somebody cannot come on duty: see who can step in"},
    ATTENDANCE: {
        "zh": "重点单位今日出勤还未确认：请核对人数",
        "en": "Today's attendance of a key unit is not confirmed: check the number",
    },
    ROSTERED: {"zh": "班表已发布：看您的班次", "en": "A roster is published: see your shifts"},
}


def _writer(what: str) -> Writer:
    def write(subject: str, language: Language) -> str:
        return _WORDS[what][language]

    return write


for _what in _WORDS:
    register_words(SOURCE, _what, _writer(_what))
