"""What the access policy grants, read from `access.yaml` by its own words, without any code of the product."""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files
from pathlib import Path
from typing import Any

from ruamel.yaml import YAML

ROUTES = Path(__file__).with_name("routes.yaml")
NOT_OF_AN_AREA = {"result", "tube_received", "case", "contact", "release_decision", "transfer_order"}
"""`all_facts_of_area` is what the roles on the ground record; laboratories and disease control are no such roles."""
LISTING = {"area", "grid", "assigned"}
"""Kinds of scope that open lists; in the others (a post, a unit, an establishment, an incident) nobody browses an area."""


@dataclass(frozen=True)
class Line:
    """One role of the policy."""

    scope: str
    see: dict[str, tuple[str, ...]]
    record: frozenset[str]
    other: frozenset[str]


@dataclass(frozen=True)
class Policy:
    """The policy as a question: does this role hold this right?"""

    roles: dict[str, Line]

    def grants(self, role: str, right: str) -> bool:
        """Whether a role holds a right, written see:object:level, record:verb (or any), other:verb or anybody."""
        if right == "anybody":
            return True
        line, (kind, what, *level) = self.roles[role], right.split(":")
        if kind == "see":
            held = line.see.get(what, ())
            implied = {"masked": {"named", "open"}, "named": {"open"}}.get(level[0], set())
            return level[0] in held or bool(implied & set(held))
        if kind == "record":
            if what == "any":
                return bool(line.record)
            everything = "all_facts_of_area" in line.record and what not in NOT_OF_AN_AREA
            return what in line.record or everything
        return what in line.other

    def opens(self, role: str, rights: list[str], *, lists: bool) -> bool:
        """Whether a role may use a route at all: one of the rights, and a scope that lists where an area is shown."""
        listing = not lists or self.roles[role].scope in LISTING
        return listing and any(self.grants(role, right) for right in rights)


@cache
def policy() -> Policy:
    """The shipped policy."""
    raw: dict[str, Any] = YAML(typ="safe").load(
        files("lianfang.base.access").joinpath("access.yaml").read_text("utf-8")
    )
    roles: dict[str, Line] = {}
    for name, body in raw["roles"].items():
        above = roles.get(body.get("inherits", ""), Line("", {}, frozenset(), frozenset()))
        see = dict(above.see) | {what: tuple(levels) for what, levels in body.get("see", {}).items()}
        other = frozenset(body.get("other", [])) | frozenset(body.get("two_person", []))
        roles[name] = Line(body["scope"], see, frozenset(body.get("record", [])) | above.record, other | above.other)
    return Policy(roles)


@cache
def routes() -> dict[str, dict[str, Any]]:
    """The table of routes by name."""
    found: dict[str, dict[str, Any]] = YAML(typ="safe").load(ROUTES.read_text("utf-8"))["routes"]
    return found


@cache
def facts() -> dict[str, dict[str, Any]]:
    """The table of kinds of fact by name."""
    found: dict[str, dict[str, Any]] = YAML(typ="safe").load(ROUTES.read_text("utf-8"))["facts"]
    return found
