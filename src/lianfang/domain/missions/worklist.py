"""The words of what missions put on the lists of offices and of people."""

from __future__ import annotations

from typing import Final

from lianfang.base.worklist.api import register_words
from lianfang.kernel.errors import Language

SOURCE: Final = "missions"
_WORDS: Final[dict[str, dict[Language, str]]] = {
    "plan": {"zh": "有新的支援需求：请安排队伍", "en": "Teams are needed: find who goes"},
    "sender": {"zh": "派出队伍：请同意或说明不能派", "en": "A team of yours is to be sent: agree or refuse"},
    "receiver": {"zh": "支援队伍将来本地：请同意接收", "en": "A team is to come to you: agree to receive it"},
    "city": {"zh": "跨县支援：请市级同意", "en": "Support between counties: the city has to agree"},
    "send": {"zh": "双方已同意：请确定名单并派出", "en": "Both sides agreed: settle the list and send the team"},
    "arrive": {"zh": "队伍已出发：请确认到达", "en": "The team is on its way: confirm that it arrived"},
    "back": {"zh": "队伍已召回：请确认返回", "en": "The team is called back: confirm that it came home"},
    "gone": {
        "zh": "队伍有人离开：请补员或说明",
        "en": "Somebody left a team that is asked for or out: fill the place, or say so",
    },
    "go": {
        "zh": "您将随队支援：请看地点、时间和班次",
        "en": "You go out with your team: see where, when and which turn",
    },
    "home": {"zh": "您的队伍已召回：请按通知返回", "en": "Your team is called back: come home as told"},
}


def _writer(what: str):  # type: ignore[no-untyped-def]
    def write(_subject: str, language: Language) -> str:
        return _WORDS[what][language]

    return write


for _what in _WORDS:
    register_words(SOURCE, _what, _writer(_what))
