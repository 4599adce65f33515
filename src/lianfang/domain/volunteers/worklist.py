"""The words of what volunteers put on lists of offices and units."""

from __future__ import annotations

from typing import Final, Literal

from lianfang.base.worklist.api import register_words

WORDS: Final = {
    "answers": ("有人报名志愿服务：请查看并答复", "People answered a call for volunteers: look and decide"),
    "next": ("有志愿者退出：请看候补第一位", "A volunteer withdrew: look at the first of the waiting list"),
    "word": ("志愿者给社区留言：请查看", "A volunteer wrote to the office: read it"),
    "offer": ("收到请战书：请安排岗位或答谢", "An offer to serve came in: find it a post, or decline with thanks"),
    "match": ("上级推荐请战人员到本社区：请答复", "Somebody's offer is meant for your call: say yes or no"),
    "asked": ("请战书有了去处：请答复", "A place was found for your unit's offer: say yes or no"),
    "nominate": ("双方已同意：请派人并选班次", "Both sides agreed: name your people and their shifts"),
}
"""Code → sentence in Chinese and English."""


def _register(what: str, zh: str, en: str) -> None:
    def said(_subject: str, language: Literal["zh", "en"]) -> str:
        return zh if language == "zh" else en

    register_words("volunteers", what, said)


for _what, (_zh, _en) in WORDS.items():
    _register(_what, _zh, _en)
