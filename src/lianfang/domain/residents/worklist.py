"""The words of what residents put on the work lists."""

from __future__ import annotations

from collections.abc import Callable
from typing import Final, Literal

from lianfang.base.worklist.api import register_words

SOURCE: Final = "residents"
WORDS: Final[dict[str, dict[Literal["zh", "en"], str]]] = {
    "confirm": {"zh": "逐户核对本楼的台账", "en": "Confirm the entries of this building door by door"},
    "stay_ends": {"zh": "暂住或外出到期：确认是否已回家", "en": "A stay or an absence ends: are they back at home?"},
    "transfer_out": {
        "zh": "有人申请转走本社区一位居民：请确认",
        "en": "One of your residents is asked for: accept or refuse the transfer",
    },
    "transfer_in": {
        "zh": "本社区申请转入一位居民：请确认",
        "en": "Your office asks for a resident from elsewhere: accept the transfer",
    },
    "doubt_moved_out": {"zh": "上门得知：此人已不住这里", "en": "Seen at the door: does not live here any more"},
    "doubt_died": {"zh": "上门得知：此人已去世", "en": "Seen at the door: has died"},
    "doubt_away": {"zh": "上门得知：此人外出一段时间", "en": "Seen at the door: away for a time"},
    "doubt_somebody_new": {"zh": "上门得知：这一户还住着别人", "en": "Seen at the door: somebody else lives here too"},
    "doubt_other": {"zh": "上门得知：登记有其他不对", "en": "Seen at the door: something else is wrong"},
    "export": {
        "zh": "有人申请导出500人以上的名单：请审批",
        "en": "A list of more than 500 people is asked for: decide",
    },
}


def _writer(what: str) -> Callable[[str, Literal["zh", "en"]], str]:
    return lambda _subject, language: WORDS[what][language]


for _what in WORDS:
    register_words(SOURCE, _what, _writer(_what))
