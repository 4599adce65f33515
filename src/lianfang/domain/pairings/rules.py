"""What a pairing is made of and whether a part fits its item; pure decisions."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from typing import Final

from lianfang.base.playbooks.api import PairingItem, PairingTemplate
from lianfang.domain.pairings.catalogue import SHARES, is_target_itself, item_of
from lianfang.kernel.errors import LianfangError

WORDS: Final = 200
"""assumption: characters of a title, a promise or a handover note that still read on a phone."""
BY_NUMBER: Final = frozenset({"compound", "enterprise", "project", "public_place", "person"})
"""Kinds of target that have a number of their own; the others are their path."""
_GATE: Final = re.compile(r"gate-[1-9][0-9]?")
_NEEDS: Final = {
    "person": ("一位人员", "a member"), "unit": ("一个单位", "a unit"), "group": ("一支队伍", "a team"),
    "document": ("一份文件", "a document"), "place": ("一个地点", "a place"), "commitment": ("一项承诺", "a promise"),
    "contact": ("一次联系或走访", "a talk or visit"),
}  # fmt: skip


@dataclass(frozen=True)
class Target:
    """What is answered for. id: number of a compound or organisation, a resident's printed number; 0 where the path is all.

    path: of the community, building or home; of the place where a compound, an organisation or a person is.
    """

    kind: str
    path: str
    id: int = 0
    share: str = ""


@dataclass(frozen=True)
class Paper:
    """A document: its title, where it lies, an address inside the office's network."""

    title: str
    where: str = ""
    link: str = ""


@dataclass(frozen=True)
class NewPart:
    """What fills an item. target: place in the list of targets (from 0). text: a promise, a visit, a place."""

    target: int
    item: str
    member: int | None = None
    organisation: int | None = None
    paper: Paper | None = None
    text: str = ""
    due_on: date | None = None


def check_targets(template: PairingTemplate, targets: Sequence[Target]) -> None:
    """Every target is of a kind of the template, only compounds are shared; raises pairings.nothing_named,
    pairings.target_kind, pairings.share_unknown."""
    if not targets:
        raise LianfangError("pairings.nothing_named")
    for one in targets:
        if one.kind not in template.targets or (one.kind in BY_NUMBER) != (one.id != 0):
            raise LianfangError("pairings.target_kind", template=template.zh)
        if one.share and (one.kind != "compound" or (one.share not in SHARES and not _GATE.fullmatch(one.share))):
            raise LianfangError("pairings.share_unknown", share=one.share[:20])


def check_part(template: PairingTemplate, part: NewPart) -> PairingItem:
    """The item of a part that fits it; raises pairings.item_unknown, pairings.item_kind, pairings.words_missing."""
    item = item_of(template, part.item)
    if is_target_itself(template, item):
        raise LianfangError("pairings.item_unknown", item=part.item)
    given = {
        "person": part.member is not None, "unit": part.organisation is not None, "group": part.organisation is not None,
        "document": part.paper is not None,
    }.get(item.kind, not (part.member or part.organisation or part.paper))  # fmt: skip
    others = (part.member is not None) + (part.organisation is not None) + (part.paper is not None)
    if not given or others > 1:
        raise LianfangError("pairings.item_kind", item=item.zh, wanted=_NEEDS[item.kind][0])
    words = part.paper.title if part.paper else part.text
    if item.kind in ("document", "place", "commitment", "contact") and not 0 < len(words.strip()) <= WORDS:
        raise LianfangError("pairings.words_missing", most=WORDS)
    return item


def check_parts(template: PairingTemplate, parts: Sequence[NewPart], targets: int) -> list[PairingItem]:
    """The items of many parts, none of them overfull; raises as `check_part`, and pairings.item_full."""
    items = {item: check_part(template, part) for item, part in {(p.item, *_shape(p)): p for p in parts}.items()}
    found = [items[part.item, *_shape(part)] for part in parts]
    for part, item in zip(parts, found, strict=True):
        if item.kind not in ("person", "unit", "group"):
            check_part(template, part)
        if not 0 <= part.target < targets:
            raise LianfangError("pairings.target_unknown")
    held = Counter((part.target, part.item) for part in parts)
    most = {item.key: item.most for item in found}
    for (_target, key), count in held.items():
        if count > most[key]:
            raise LianfangError("pairings.item_full", most=most[key])
    if len({(p.target, p.item, p.member, p.organisation) for p in parts if p.member or p.organisation}) < sum(
        bool(p.member or p.organisation) for p in parts
    ):
        raise LianfangError("pairings.there_already")
    return found


def _shape(part: NewPart) -> tuple[bool, bool, bool]:
    return part.member is not None, part.organisation is not None, part.paper is not None
