"""The words of what plans put on the work list. An engine that adopts for itself registers its own."""

from __future__ import annotations

from typing import Final

from lianfang.base.worklist.api import register_words
from lianfang.kernel.errors import Language

SOURCE: Final = "plans"
UNITS_PAIRED: Final = "plans.units_paired"
OUR_COMMUNITIES: Final = "plans.our_communities"
PEOPLE_COMING: Final = "plans.people_coming"
UNIT_SENDS: Final = "plans.unit_sends"
YOU_ARE_SENT: Final = "plans.you_are_sent"
SITES_SET: Final = "plans.sites_set"
TOUR: Final = "plans.tour"
GRIDS_DRAWN: Final = "plans.grids_drawn"

_WORDS: dict[str, dict[Language, str]] = {
    UNITS_PAIRED: {
        "zh": "包联方案已采用：有单位包联本村（社区），请对接",
        "en": "Units were paired with communities: get in touch with yours",
    },
    OUR_COMMUNITIES: {
        "zh": "包联方案已采用：请查看本单位包联的村（社区）并对接",
        "en": "Units were paired with communities: see which ones are ours",
    },
    PEOPLE_COMING: {
        "zh": "部署方案已采用：有人员下沉到本村（社区），请对接",
        "en": "A deployment was adopted: people come to your community; receive them",
    },
    UNIT_SENDS: {
        "zh": "部署方案已采用：请通知本单位人员到岗",
        "en": "A deployment was adopted: tell your people where to go",
    },
    YOU_ARE_SENT: {"zh": "部署方案已采用：请按安排到岗", "en": "A deployment was adopted: go where you are sent"},
    SITES_SET: {"zh": "采样点位方案已采用：请布置点位", "en": "Sampling sites were adopted: set them up"},
    TOUR: {"zh": "今日路线已排定：按顺序上门", "en": "Today's tour is set: visit in this order"},
    GRIDS_DRAWN: {
        "zh": "网格已重划：有网格还没有网格员，请安排",
        "en": "Grids were redrawn: some have no worker yet; find one",
    },
}


def _writer(what: str):  # type: ignore[no-untyped-def]
    def write(subject: str, language: Language) -> str:
        return _WORDS[what][language]

    return write


for _what in _WORDS:
    register_words(SOURCE, _what, _writer(_what))
