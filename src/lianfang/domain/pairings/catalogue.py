"""Which templates there are: those that stand between incidents, and those of an incident's playbook."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.resources import files
from typing import Final

import msgspec

from lianfang.base.incidents.api import incident, playbook_of
from lianfang.base.playbooks.api import PairingItem, PairingTemplate, PlaybookError
from lianfang.base.playbooks.checks.organisation import check_pairing
from lianfang.base.playbooks.decode import decode
from lianfang.base.playbooks.model.common import Source
from lianfang.base.playbooks.yamltree import read_yaml
from lianfang.kernel.errors import Language, LianfangError

UNIT: Final = PairingItem(key="unit", zh="包联单位", en="answering unit", kind="unit", required=False, most=5)
PEOPLE: Final = PairingItem(
    key="people", zh="包联人员", en="people who work there", kind="person", required=False, most=999
)
EVERYWHERE: Final = (UNIT, PEOPLE)
"""What any pairing may have besides the items of its template: the unit that answers, and more hands."""

SHARES: Final[dict[str, dict[Language, str]]] = {
    "": {"zh": "整体", "en": "all of it"},
    "gates": {"zh": "各出入口", "en": "its gates"},
    "nights": {"zh": "夜间", "en": "its nights"},
}
"""Which part of a compound somebody takes over; `gate-2` is one gate by its number."""


class Standing(msgspec.Struct, frozen=True, kw_only=True):
    """The file of templates that belong to no incident."""

    sources: Mapping[str, Source]
    pairing_templates: Mapping[str, PairingTemplate]


@cache
def standing_templates() -> Mapping[str, PairingTemplate]:
    """The templates that stand between incidents, read once a process; raises PlaybookError with every mistake."""
    return read_standing(files("lianfang.domain.pairings").joinpath("standing.yaml").read_text("utf-8"))


def read_standing(text: str) -> Mapping[str, PairingTemplate]:
    """The templates of a file in the shape of a playbook's section; raises PlaybookError with every mistake."""
    tree, mistakes = read_yaml(text)
    if tree is None:
        raise PlaybookError("standing.yaml", mistakes)
    draft = decode(Standing, tree)
    if not draft.dirty and "pairing_templates" in draft.sections:
        check_pairing(draft)
    if draft.mistakes:
        raise PlaybookError("standing.yaml", draft.mistakes)
    found: Mapping[str, PairingTemplate] = draft.sections["pairing_templates"]
    return found


def templates(incident_id: int | None) -> dict[str, PairingTemplate]:
    """The templates to choose from: the incident's own first, then the standing ones; care for staff is none of ours."""
    found: dict[str, PairingTemplate] = {}
    if incident_id is not None:
        one = incident(incident_id)
        if one is None:
            raise LianfangError("access.not_found")
        found |= playbook_of(one).pairing_templates
    found |= {key: template for key, template in standing_templates().items() if key not in found}
    return {key: template for key, template in found.items() if template.target != "staff"}


def template(key: str, incident_id: int | None) -> PairingTemplate:
    """One template; raises pairings.template_unknown."""
    found = templates(incident_id).get(key)
    if found is None:
        raise LianfangError("pairings.template_unknown", template=key[:40])
    return found


def is_standing(key: str) -> bool:
    """Whether a template belongs to no incident."""
    return key in standing_templates()


def items_of(one: PairingTemplate) -> tuple[PairingItem, ...]:
    """The items of a template in order, and what any pairing may have besides."""
    known = {item.key for item in one.items}
    return (*one.items, *(item for item in EVERYWHERE if item.key not in known))


def item_of(one: PairingTemplate, key: str) -> PairingItem:
    """One item of a template; raises pairings.item_unknown."""
    for item in items_of(one):
        if item.key == key:
            return item
    raise LianfangError("pairings.item_unknown", item=key[:40])


def is_target_itself(one: PairingTemplate, item: PairingItem) -> bool:
    """Whether an item is the very thing answered for ("one community"), so that nobody has to fill it."""
    return item.kind == "place" and item.key in one.targets


def to_fill(one: PairingTemplate) -> tuple[PairingItem, ...]:
    """What a complete pairing must have beyond its target."""
    return tuple(item for item in one.items if item.required and not is_target_itself(one, item))


def share_words(share: str, language: Language) -> str:
    """Which part of a compound, in words; '' for all of it."""
    if share in SHARES:
        return SHARES[share][language] if share else ""
    number = share.removeprefix("gate-")
    return f"{number}号门" if language == "zh" else f"gate {number}"
