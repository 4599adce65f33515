"""A table of accounts: judged row by row before anything is made, then taken; every account leaves as a printed slip.

A row is somebody in a role at a unit. The same person is found again by name and telephone, or by name and unit.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime, time
from typing import Any, Final

from django.db import connection, transaction
from django.utils import timezone

from lianfang.base.access import accounts, slips
from lianfang.base.access.actor import Actor
from lianfang.base.access.rules import ROLES
from lianfang.base.access.services import _NAME_COLUMN
from lianfang.base.vault.api import system_box
from lianfang.kernel.divisions import PATH_LENGTH, Level, short_name
from lianfang.kernel.errors import Language, LianfangError, define

define(
    "roster.unit_unknown",
    status=422,
    zh="找不到单位“{unit}”，或不在您的管辖区域内。请填12位区划代码，或清单中的名称。",
    en="The unit '{unit}' is not known, or lies outside your area. Give its twelve-digit code or its name in the list.",
)
define(
    "roster.unit_ambiguous",
    status=422,
    zh="有{count}个单位叫“{unit}”。请填12位区划代码。",
    en="There are {count} units called '{unit}'. Give the twelve-digit code.",
)
define(
    "roster.role_unknown",
    status=422,
    zh="没有“{role}”这个岗位。请填岗位名称，例如社区工作者、网格员、楼长。",
    en="There is no role '{role}'. Write a role as it is called, for example community_clerk.",
)
define(
    "roster.twice",
    status=422,
    zh="与第{first}行重复。",
    en="The same as row {first}.",
)
define(
    "roster.cell_missing",
    status=422,
    zh="缺少“{column}”。",
    en="'{column}' is missing.",
)
_WORDS: Final = {
    "负责人": "community_head",
    "书记": "community_head",
    "社区书记": "community_head",
    "村书记": "community_head",
}
"""Words of offices for roles beside the labels of the policy."""
_AREAS: Final = "select path, name, code from areas_area where ended_on is null and starts_with(path, %s) order by path"
_BUILDINGS: Final = "select path from areas_building where path = any (%s::text[])"


@dataclass(frozen=True)
class Row:
    """One row as read. number: as the spreadsheet counts; trouble: sentences about cells that could not be read (zh, en)."""

    number: int
    unit: str = ""
    name: str = ""
    role: str = ""
    phone: str = ""
    username: str = ""
    grids: str = ""
    starts: date | None = None
    ends: date | None = None
    trouble: tuple[str, str] | None = None


@dataclass(frozen=True)
class Judged:
    """A row with its verdict: new (an account), grant (a further role of a known one), same, or refused with why."""

    row: Row
    verdict: str
    why: tuple[str, str] = ("", "")
    path: str = ""
    place: str = ""
    role: str = ""
    account: int = 0
    key: tuple[str, ...] = ()

    def sentence(self, language: Language) -> str:
        """Why it was refused, '' otherwise."""
        return self.why[0] if language == "zh" else self.why[1]


@dataclass
class _Known:
    """What is there: places by code and name, people by name."""

    places: dict[str, list[tuple[str, str]]]
    buildings: set[str]
    by_phone: dict[tuple[str, str], int]
    by_unit: dict[tuple[str, str], int]
    grants: set[tuple[int, str, str]]
    usernames: dict[str, int]


def judge(rows: Sequence[Row], actor: Actor) -> list[Judged]:
    """Judge every row as the entered security administrator; nothing is written."""
    known, made = _known(rows, actor), []
    seen: dict[tuple[str, ...], int] = {}
    for row in rows:
        one = _judge(row, known)
        same = (*one.key, one.role, one.path)
        if one.verdict != "refused" and same in seen:
            one = _refused(row, LianfangError("roster.twice", first=seen[same]))
        elif one.verdict != "refused":
            seen[same] = row.number
        made.append(one)
    return made


def take(judged: Iterable[Judged]) -> tuple[list[slips.Slip], list[Judged]]:
    """Make the accounts and grants of the rows that are new; returns slips of new accounts, and every row's final verdict.

    A row that the database refuses is refused alone. Runs inside the caller's transaction.
    """
    papers: list[slips.Slip] = []
    ready: list[Judged] = []
    people: dict[tuple[str, ...], int] = {}
    counters: dict[str, int] = defaultdict(int)
    for one in judged:
        if one.verdict not in ("new", "grant"):
            ready.append(one)
            continue
        try:
            with transaction.atomic():
                paper = _take(one, people, counters)
        except LianfangError as error:
            ready.append(_refused(one.row, error))
        else:
            ready.append(one)
            papers += [paper] if paper is not None else []
    return papers, ready


def _take(one: Judged, people: dict[tuple[str, ...], int], counters: dict[str, int]) -> slips.Slip | None:
    account, paper, username = one.account or people.get(one.key, 0), None, ""
    fresh = not account
    if fresh:
        account, username = _new_account(one, counters)
    accounts.give(
        account_id=account, role=one.role, code=_code(one.path), grids=one.row.grids.replace("，", "、").replace(",", "、").split("、")
        if one.row.grids else (), starts_at=_moment(one.row.starts, time.min), ends_at=_moment(one.row.ends, time.max),
    )  # fmt: skip
    if fresh:
        paper = slips.issue(
            account_id=account, username=username, name=one.row.name, purpose="start", place=one.place,
            role=accounts.role_words(one.role),
        )  # fmt: skip
        people[one.key] = account
    return paper


def _new_account(one: Judged, counters: dict[str, int]) -> tuple[int, str]:
    """An account under the given user name, or under the unit's code and the next free number."""
    if one.row.username:
        return accounts.make_account(
            username=one.row.username, name=one.row.name, phone=one.row.phone
        ), one.row.username
    stem = one.path or "all"
    while True:
        counters[stem] += 1
        username = f"{stem}-{counters[stem]}"
        try:
            with transaction.atomic():
                return accounts.make_account(username=username, name=one.row.name, phone=one.row.phone), username
        except LianfangError as error:
            if error.code != "access.username_taken":
                raise


def _judge(row: Row, known: _Known) -> Judged:
    if row.trouble is not None:
        return Judged(row, "refused", row.trouble)
    try:
        for text, column in ((row.name, "姓名"), (row.role, "岗位"), (row.unit, "单位")):
            if not text:
                raise LianfangError("roster.cell_missing", column=column)
        row = replace(
            row, name=accounts.checked_name(row.name), phone=accounts.checked_phone(row.phone),
            username=accounts.checked_username(row.username) if row.username else "",
        )  # fmt: skip
        role, (path, place) = role_of(row.role), _place(row.unit, known)
        _check_dates(row)
        if _level(path) < ROLES[role].highest:
            raise LianfangError("access.area_too_wide")
        key = (row.name, row.phone) if row.phone else (row.name, "", path)
        account = known.by_phone.get((row.name, row.phone), 0) if row.phone else 0
        account = account or known.by_unit.get((row.name, path), 0)
        taken = known.usernames.get(row.username, 0) if row.username else 0
        if taken and taken != account:
            raise LianfangError("access.username_taken")
    except LianfangError as error:
        return _refused(row, error)
    if not account:
        return Judged(row, "new", path=path, place=place, role=role, key=key)
    verdict = "same" if (account, role, path) in known.grants else "grant"
    return Judged(row, verdict, path=path, place=place, role=role, account=account, key=key)


def role_of(text: str) -> str:
    """A role by its Chinese label, a usual word for it, or its name; raises roster.role_unknown."""
    plain = text.strip()
    for role in ROLES.values():
        labels = {role.name, role.label, role.label.partition("(")[0], role.name.replace("_", " ")}
        if plain.lower() in labels and role.name not in accounts.NOT_GIVEN:
            return role.name
    if plain in _WORDS:
        return _WORDS[plain]
    raise LianfangError("roster.role_unknown", role=plain[:40])


def _place(unit: str, known: _Known) -> tuple[str, str]:
    plain = "".join(unit.split())
    if plain in known.buildings:
        return plain, plain
    found = known.places.get(plain, [])
    if not found:
        raise LianfangError("roster.unit_unknown", unit=plain[:40])
    if len(found) > 1:
        raise LianfangError("roster.unit_ambiguous", unit=plain[:40], count=len(found))
    return found[0]


def _check_dates(row: Row) -> None:
    today = timezone.localdate()
    if row.ends is not None and (row.ends < today or (row.starts is not None and row.ends < row.starts)):
        raise LianfangError("access.end_past")


def _known(rows: Sequence[Row], actor: Actor) -> _Known:
    box, places = system_box(), defaultdict(list)
    known = _Known({}, set(), {}, {}, set(), {})
    with connection.cursor() as cursor:
        cursor.execute(_AREAS, [actor.path])
        for path, name, code in cursor.fetchall():
            for word in {code, path, name, short_name(name)}:
                places[word].append((path, name))
        asked = [
            unit for unit in {"".join(row.unit.split()) for row in rows} if len(unit) == PATH_LENGTH[Level.BUILDING]
        ]
        cursor.execute(_BUILDINGS, [[unit for unit in asked if unit.startswith(actor.path)]])
        known.buildings = {path for (path,) in cursor.fetchall()}
        cursor.execute("select id, username, name_sealed, phone_sealed, role, path from access_account_index()")
        held = cursor.fetchall()
    for account, username, sealed, phone_sealed, role, path in held:
        name = box.open(sealed, _NAME_COLUMN).decode()
        if phone_sealed is not None:
            known.by_phone[name, box.open(phone_sealed, accounts.PHONE_COLUMN).decode()] = account
        known.by_unit.setdefault((name, path), account)
        known.grants.add((account, role, path))
        known.usernames[username] = account
    known.places = dict(places)
    return known


def _refused(row: Row, error: LianfangError) -> Judged:
    return Judged(row, "refused", (error.render("zh"), error.render("en")))


def _level(path: str) -> int:
    return next((int(level) for level, length in PATH_LENGTH.items() if length == len(path)), 0)


def _code(path: str) -> str:
    return path if len(path) >= PATH_LENGTH[Level.BUILDING] or not path else path.ljust(12, "0")


def _moment(day: date | None, clock: time) -> datetime | None:
    """The first or last moment of a day in Beijing; a day that has begun already counts from now."""
    return None if day is None else timezone.make_aware(datetime.combine(day, clock))


def as_plain(judged: Iterable[Judged]) -> list[dict[str, Any]]:
    """The rows that were not refused as plain values, to be kept sealed between the verdict and the taking."""
    return [
        {
            name: value.isoformat() if isinstance(value, date) else value
            for name, value in vars(one.row).items()
            if name != "trouble"
        }
        for one in judged
        if one.verdict != "refused"
    ]


def from_plain(kept: Iterable[dict[str, Any]]) -> list[Row]:
    """The rows that `as_plain` gave."""
    made = []
    for one in kept:
        days = {name: date.fromisoformat(one[name]) for name in ("starts", "ends") if one[name] is not None}
        made.append(Row(**(one | days)))
    return made
