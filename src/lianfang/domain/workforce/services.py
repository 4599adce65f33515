"""Writes of teams and looks at contacts; rights and ranges are checked by the functions of the database."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from lianfang.base.access.api import Actor, scoped
from lianfang.base.database.select import run
from lianfang.base.vault.api import standing_box
from lianfang.domain.workforce import problems as _problems  # noqa: F401 - defines the sentences
from lianfang.domain.workforce import rules
from lianfang.domain.workforce.sealing import SECRET, unseal
from lianfang.kernel.errors import LianfangError

NAME_LENGTH = 80
"""assumption: the longest name of an organisation that a table still shows."""


@dataclass(frozen=True)
class Contact:
    """How somebody is reached, in full. other: somebody else to ask for them."""

    phone: str
    other: str = ""


def checked_name(name: str) -> str:
    """A name without blanks around it; raises workforce.name_missing."""
    tidy = " ".join(name.split())
    if not 0 < len(tidy) <= NAME_LENGTH:
        raise LianfangError("workforce.name_missing")
    return tidy


def found_team(
    *, actor: Actor, name: str, kind: str, path: str, tied_to: str = "", head: int | None = None, members: Sequence[int] = ()
) -> int:  # fmt: skip
    """Found a temporary branch, group or squad at a path, tied to a post, site, building or zone; returns its number.

    Raises workforce.name_missing, workforce.kind_not_temporary, workforce.tie_unknown, workforce.unit_exists,
    workforce.member_outside, access.not_found.
    """
    tidy = checked_name(name)
    if kind not in rules.KINDS or not rules.KINDS[kind].temporary:
        raise LianfangError("workforce.kind_not_temporary", kind=kind[:20])
    if tied_to and rules.tie(tied_to) is None:
        raise LianfangError("workforce.tie_unknown")
    with scoped(actor):
        rows = run(
            "select workforce_found_team(%b, %b, %b, %b, %b, %b::int8, %b::int8[])",
            [tidy, kind, rules.net_of(kind), path, tied_to, head, list(members)],
        )
    return int(rows[0][0])


def join_team(*, actor: Actor, team: int, members: Sequence[int], duty: str = "member") -> int:
    """Members join an organisation in its net; returns how many were not in it yet. Raises access.not_found,
    workforce.member_outside."""
    with scoped(actor):
        kind = run("select kind from workforce_organisation where id = %b", [team])
        if not kind:
            raise LianfangError("access.not_found")
        rows = run(
            "select workforce_join_team(%b::int8, %b::int8[], %b, %b)",
            [team, list(members), rules.net_of(kind[0][0]), duty],
        )
    return int(rows[0][0])


def dissolve_team(*, actor: Actor, organisation: int) -> int:
    """Dissolve a temporary team; who belonged to it stays written down. Returns how many left it. Raises
    access.not_found, workforce.not_temporary, workforce.dissolved_already."""
    with scoped(actor):
        rows = run("select workforce_dissolve_team(%b::int8)", [organisation])
    return int(rows[0][0])


def open_contact(*, actor: Actor, member: int, purpose: str) -> Contact:
    """The number of a member for a call; the look is on record. Raises access.not_found, vault.purpose_missing,
    workforce.no_phone."""
    if not purpose.strip():
        raise LianfangError("vault.purpose_missing")
    with scoped(actor):
        rows = run("select * from workforce_contact(%b::int8, %b)", [member, purpose.strip()])
    if not rows:
        raise LianfangError("access.not_found")
    said = unseal(standing_box(rows[0][0]), rows[0][1], SECRET)
    if not said.get("phone") and not said.get("contact"):
        raise LianfangError("workforce.no_phone")
    return Contact(str(said.get("phone", "")), str(said.get("contact", "")))
