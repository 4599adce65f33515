"""The words of what pairings put on the lists of offices."""

from __future__ import annotations

from typing import Final

from lianfang.base.worklist.api import register_words
from lianfang.kernel.errors import Language

SOURCE: Final = "pairings"
_KINDS: Final[dict[str, dict[Language, str]]] = {
    "community": {"zh": "村社区", "en": "communities"}, "compound": {"zh": "小区", "en": "compounds"},
    "building": {"zh": "楼栋", "en": "buildings"}, "enterprise": {"zh": "企业", "en": "firms"},
    "project": {"zh": "项目", "en": "projects"}, "public_place": {"zh": "重点场所", "en": "public places"},
    "household": {"zh": "户", "en": "homes"}, "person": {"zh": "人员", "en": "people"},
}  # fmt: skip


def kind_words(kind: str, language: Language) -> str:
    """A kind of target, in the plural."""
    return _KINDS[kind][language] if kind in _KINDS else kind


def _open(_subject: str, language: Language) -> str:
    return (
        "包联对象现在无人负责：请指定接手人"
        if language == "zh"
        else "Nobody answers for a paired target now: name a successor"
    )


def _orphans(subject: str, language: Language) -> str:
    kind = kind_words(subject.rpartition(":")[2], language)
    return f"还有{kind}无人包联：请逐个落实" if language == "zh" else f"Some {kind} have nobody yet: pair them"


register_words(SOURCE, "open", _open)
register_words(SOURCE, "orphans", _orphans)
