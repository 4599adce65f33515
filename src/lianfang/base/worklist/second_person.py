"""The words of what waits for a second person: incidents, their areas and zones (see `sql/20_second_person.sql`)."""

from __future__ import annotations

from collections.abc import Mapping

from lianfang.base.worklist.registry import Language, Writer, register_words

SOURCE = "incidents"
SAID: Mapping[str, tuple[str, str]] = {
    "open": (
        "启动事件“{name}”：须由提出人以外的另一人确认",
        "Open the incident '{name}': somebody other than its proposer confirms",
    ),
    "close": (
        "结束事件“{name}”：已有一人标记，须由另一人确认",
        "Close the incident '{name}': one person marked it as over, another confirms",
    ),
    "scope": (
        "更改事件“{name}”的范围：须由另一人确认",
        "Change the area of the incident '{name}': another person confirms",
    ),
    "zone": (
        "批准这里的风险区：须由提出人以外的另一人确认",
        "Approve the zone here: somebody other than its proposer confirms",
    ),
    "lift": (
        "决定是否解除或降低这里的风险区：须由另一人确认",
        "Decide on lifting the zone here: another person confirms",
    ),
    "replan": (
        "批准这里的风险区按新版方案调整：须由另一人确认",
        "Approve the level of the zone here under the newer edition: another person confirms",
    ),
}


def register_second_person(source: str, said: Mapping[str, tuple[str, str]]) -> None:
    """Register words (Chinese, English) by code for items whose subject is number:role:name; `{name}` stands for the name."""
    for what, sentences in said.items():
        register_words(source, what, _writer(*sentences))


def _writer(zh: str, en: str) -> Writer:
    def words(subject: str, language: Language) -> str:
        return (zh if language == "zh" else en).format(name=subject.split(":", 2)[-1])

    return words
