"""Rights as the access policy states them; read once from `access.yaml`, the same rows that the database holds."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from typing import Any

from ruamel.yaml import YAML

SEE_IMPLIES = {"open": ("open", "named", "masked"), "named": ("named", "masked"), "masked": ("masked",)}
"""named implies masked, open implies named; figures, code and call stand alone (access.yaml, head)."""

HIGHEST = {"installation": 0, "city": 2, "county": 3, "township": 4, "community": 5, "building": 6}
"""Levels as the policy writes them, as numbers of `kernel.divisions.Level`."""
ADMINISTRATORS = ("system_admin", "security_admin", "audit_admin")
"""Three duties that three people hold (GB/T 22239, security level 3)."""


@dataclass(frozen=True)
class Role:
    """One role: its Chinese label, its kind of scope, its rights as (kind, object, level), and the highest level of an
    area it is given for (0: the whole installation; else a number of `kernel.divisions.Level`)."""

    name: str
    label: str
    scope: str
    rights: frozenset[tuple[str, str, str]]
    highest: int = 0


@cache
def _load() -> dict[str, Role]:
    raw: dict[str, Any] = YAML(typ="safe").load(
        files("lianfang.base.access").joinpath("access.yaml").read_text("utf-8")
    )
    highest = {role: HIGHEST[level] for level, names in raw["highest"].items() for role in names}
    roles: dict[str, Role] = {}
    for name, body in raw["roles"].items():
        rights = set(_rights(body))
        if "inherits" in body:
            rights |= roles[body["inherits"]].rights
        roles[name] = Role(name, body["zh"], body["scope"], frozenset(rights), highest[name])
    return roles


def _rights(body: dict[str, Any]) -> list[tuple[str, str, str]]:
    found: list[tuple[str, str, str]] = []
    for seen, levels in body.get("see", {}).items():
        for level in levels:
            found += [("see", seen, implied) for implied in SEE_IMPLIES.get(level, (level,))]
    for kind in ("record", "other", "two_person"):
        found += [("other" if kind == "two_person" else kind, verb, "") for verb in body.get(kind, [])]
    return found


ROLES: dict[str, Role] = _load()


def sees(role: str, what: str, level: str) -> bool:
    """Whether a role may see a kind of object at a level."""
    return role in ROLES and ("see", what, level) in ROLES[role].rights


def may(role: str, kind: str, verb: str) -> bool:
    """Whether a role may record a fact (`record`) or do something else (`other`)."""
    if role not in ROLES:
        return False
    rights = ROLES[role].rights
    everything = kind == "record" and ("record", "all_facts_of_area", "") in rights and verb not in NOT_OF_AN_AREA
    return everything or (kind, verb, "") in rights


def needs_second(role: str) -> bool:
    """Whether a role signs in with a second factor: the administrators, and whoever may unmask somebody."""
    return role in ROLES and (
        role in ADMINISTRATORS or any(kind == "see" and level == "open" for kind, _, level in ROLES[role].rights)
    )


NOT_OF_AN_AREA = frozenset({"result", "tube_received", "case", "contact", "release_decision", "transfer_order"})
"""Facts of laboratories and disease control, which a community office does not record though it sits in the area."""

AREA_FACTS = (
    frozenset(
        verb
        for role in ROLES.values()
        for kind, verb, _ in role.rights
        if kind == "record" and verb != "all_facts_of_area"
    )
    - NOT_OF_AN_AREA
)
