"""Units and members by the owner's hand: fast, set-based, without any page; sealed and blinded as the product does it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.db import connections

from lianfang.base.vault.api import standing_box
from lianfang.domain.workforce.sealing import MEMBER, SECRET, contact_blinder, identity_blinder, seal
from lianfang.kernel.identity import mask_phone


def run(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """One statement as the owner; its rows."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, values)
        return list(cursor.fetchall()) if cursor.description else []


def make_unit(
    name: str,
    *,
    path: str,
    kind: str = "office",
    parent: int | None = None,
    temporary: bool = False,
    tied_to: str = "",
) -> int:
    """An organisation with its office at a path; returns its number."""
    rows = run(
        "insert into workforce_organisation (name, kind, path, parent_id, lineage, code, temporary, tied_to, source, key_path, founded_on) "
        "values (%s, %s, %s, %s, '', '', %s, %s, '', left(%s, 6), workforce_today()) returning id",
        name, kind, path, parent, temporary, tied_to, path,
    )  # fmt: skip
    if temporary:
        run("insert into metrics_delta values ('workforce.teams', %s, workforce_today(), left(%s, 12), 1)", kind, path)
    return int(rows[0][0])


def lineage_of(unit: int) -> str:
    """The lineage of a unit, as a grant of its officer carries it."""
    return str(run("select lineage from workforce_organisation where id = %s", unit)[0][0])


def make_members(
    unit: int,
    names: Sequence[str] | int,
    *,
    home: str | Sequence[str] = "",
    skills: Sequence[str] = (),
    kind: str = "cadre",
    net: str = "work",
    duty: str = "member",
    codes: Sequence[int] | None = None,
    phones: Sequence[str] | None = None,
    numbers: Sequence[str] | None = None,
) -> list[int]:
    """Members of a unit in one go; returns their numbers in the order of the names.

    names: full names, or how many. home: one community or building for all, or one for each. numbers: of their papers.
    """
    called = [f"成员{unit}-{at:05d}" for at in range(names)] if isinstance(names, int) else list(names)
    count = len(called)
    homes = [home] * count if isinstance(home, str) else list(home)
    reached = list(phones) if phones else [f"139{unit % 10000:04d}{at % 10000:04d}" for at in range(count)]
    papers = list(numbers) if numbers else [""] * count
    county = run("select left(path || '000000', 6) from workforce_organisation where id = %s", unit)[0][0]
    box, blind, contact = standing_box(county), identity_blinder(), contact_blinder()
    shown = [seal(box, {"name": n, "phone": mask_phone(p)}, MEMBER) for n, p in zip(called, reached, strict=True)]
    hidden = [seal(box, {"phone": p, "number": q}, SECRET) for p, q in zip(reached, papers, strict=True)]
    blinds = [blind(q) if q else None for q in papers]
    contacts = [contact(n, p) if p else None for n, p in zip(called, reached, strict=True)]
    rows = run(
        """
        with drawn as materialized (
            select coalesce(%s::bigint[], workforce_codes(%s)) as codes
        ), given as materialized (
            select t.*, nextval('workforce_member_id_seq') as id, (select codes from drawn)[t.at] as code
            from unnest(%s::bytea[], %s::bytea[], %s::bytea[], %s::bytea[], %s::text[]) with ordinality
                as t(shown, hidden, blind, contact, home, at)
        ), made as (
            insert into workforce_member (id, code, key_path, sealed, home_path, kind, sex, skills)
                select id, code, %s, shown, home, %s, 0, %s::text[] from given returning id
        ), kept as (
            insert into workforce_secret (member_id, identity_blind, contact_blind, sealed)
                select g.id, g.blind, g.contact, g.hidden from given g join made m on m.id = g.id
        ), joined as (
            insert into workforce_membership (member_id, organisation_id, net, duty, from_on)
                select m.id, %s, %s, %s, workforce_today() from made m
        )
        select id from given order by at
        """,
        list(codes) if codes else None, count, shown, hidden, blinds, contacts, homes, county, kind, list(skills), unit, net, duty,
    )  # fmt: skip
    made = [int(number) for (number,) in rows]
    run("select workforce_place(%s)", made)
    return made


def stage_list(path: str) -> int:
    """An imported list that waits to be taken, for an area or for a unit's lineage ('U…'); returns its number."""
    rows = run(
        "insert into workforce_import_file (sha256, path, register, name, rows, state, counts, account_id) "
        "values (sha256(%s), %s, 'unit', '花名册.xlsx', 0, 'staged', '{}', 1) returning id", path.encode(), path,
    )  # fmt: skip
    return int(rows[0][0])


def join(members: Sequence[int], unit: int, *, net: str, duty: str = "member") -> None:
    """Existing members belong to one more organisation, in a net."""
    run(
        "insert into workforce_membership (member_id, organisation_id, net, duty, from_on) "
        "select m, %s, %s, %s, workforce_today() from unnest(%s::bigint[]) as t(m)", unit, net, duty, list(members),
    )  # fmt: skip
    run("select workforce_place(%s)", list(members))


__all__ = ["join", "lineage_of", "make_members", "make_unit", "run", "stage_list"]
