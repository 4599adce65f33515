"""What the pages show, made ready for the templates."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from lianfang.base.access.api import Actor
from lianfang.base.access.pages import listed, reader_language
from lianfang.base.database.select import run
from lianfang.domain.workforce import browsing, rules
from lianfang.domain.workforce.selectors import MemberLine
from lianfang.kernel.divisions import PATH_LENGTH, Level, path_of
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.ids import group_code, parse_code


def unit_lines(units: Sequence[browsing.Unit]) -> list[dict[str, Any]]:
    """Organisations for a table: indented under what stands above them on this page."""
    spoken = reader_language()
    places = browsing.area_names([one.path for one in units])
    depth: dict[int, int] = {}
    lines = []
    for one in units:
        depth[one.id] = min(depth[one.parent_id] + 1, 4) if one.parent_id in depth else 0
        lines.append(
            {
                "unit": one, "kind": rules.kind_word(one.kind, spoken), "place": places.get(one.path[:12], ""),
                "indent": range(depth[one.id]), "tied": tied_word(one.tied_to),
            }
        )  # fmt: skip
    return lines


def tied_word(tied_to: str) -> str:
    """What a team is tied to, in words without its name."""
    found = rules.tie(tied_to)
    return f"{rules.word(rules.TIED, found[0], reader_language())} {found[1]}" if found else ""


def member_lines(found: Sequence[tuple[MemberLine, tuple[int, ...]]]) -> list[dict[str, Any]]:
    """Members for a table, each with why the reader sees them."""
    spoken = reader_language()
    places = browsing.area_names([line.home_path for line, _ in found])
    return [
        {
            "line": line, "code": group_code(line.code), "kind": rules.word(rules.MEMBER_KINDS, line.kind, spoken),
            "home": places.get(line.home_path[:12], ""),
            "whys": listed(rules.WHYS[why].say(spoken) for why in sorted(set(whys)) if why in rules.WHYS),
        }
        for line, whys in found
    ]  # fmt: skip


def parent_choices(actor: Actor, *, without: int | None = None) -> list[tuple[str, str]]:
    """Standing organisations of the scope as choices, in the order of the tree."""
    found = browsing.units(limit=500)
    return [(str(one.id), one.name) for one in found if one.id != without and not one.temporary]


def codes_of(text: str) -> list[int]:
    """Members by printed codes, one a line; raises code.malformed, workforce.member_outside."""
    numbers = [parse_code(line) for line in text.split() if line.strip()]
    found: dict[int, int] = dict(run("select code, id from workforce_member where code = any (%b)", [numbers]))
    if len(found) < len(set(numbers)):
        raise LianfangError("workforce.member_outside")
    return [found[number] for number in dict.fromkeys(numbers)]


def path_of_code(code: str) -> str:
    """The path behind an area's or building's code as a form holds it; raises access.not_found."""
    bare = "".join(code.split())
    if len(bare) == PATH_LENGTH[Level.BUILDING] and bare.isascii() and bare.isdigit():
        return bare
    try:
        return path_of(bare)
    except LianfangError:
        raise LianfangError("access.not_found") from None
