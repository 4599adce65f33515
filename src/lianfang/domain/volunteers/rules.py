"""Pure decisions: roles, shifts of a call, what a person states, codes on paper, and which answers stand first."""

from __future__ import annotations

import hashlib
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, timedelta
from itertools import pairwise
from typing import Final

from lianfang.domain.volunteers import problems as _problems  # noqa: F401  (defines its sentences)
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.ids import ALPHABET

ROLES: Final = {
    "publicity": "team",
    "gate": "gate",
    "service": "team",
    "sampling": "desk",
    "patrol": "patrol",
    "interpreting": "team",
}
"""Role of a call → kind of post in the roster (documents 0-2: publicists, gate-keepers, service; the rest an assumption)."""
MOST_DAYS: Final = 31
"""Days of one call: an assumption, a month."""
MOST_COMMUNITIES: Final = 200
"""Communities of one publication: an assumption, more than the largest county has in one township."""
SHORTEST, LONGEST = 30, 720
"""Minutes of a shift: an assumption; rest rules of the playbook decide again when somebody is booked."""
DAY: Final = 1440
CODE_LENGTH: Final = 16
"""Characters of five random bits: 80 bits, far beyond guessing."""
MOST_WORDS: Final = 500
_PHONE = re.compile(r"1[3-9]\d{9}|0\d{2,3}\d{7,8}")
_DIGIT = {character: digit for digit, character in enumerate(ALPHABET)} | {"O": 0, "I": 1, "L": 1}


@dataclass(frozen=True, order=True)
class Hours:
    """From one minute of the day to another; above 1440 it ends on the next day. wanted: people, for a shift of a call."""

    begins: int
    ends: int
    wanted: int = 1

    def __post_init__(self) -> None:
        """Raises volunteers.hours_wrong."""
        if not (0 <= self.begins < DAY and SHORTEST <= self.ends - self.begins <= LONGEST and 1 <= self.wanted <= 500):
            raise LianfangError("volunteers.hours_wrong")


@dataclass(frozen=True)
class Span:
    """Hours of a day that somebody offers, in minutes; above 1440 they reach into the next day."""

    begins: int
    ends: int


@dataclass(frozen=True)
class Stated:
    """A time somebody says they can come: a day, and minutes of it."""

    day: date
    begins: int
    ends: int


@dataclass(frozen=True, kw_only=True)
class NewCall:
    """What a call says. hours: the shifts of every day from first to last; ages are a hint, never a bar."""

    role: str
    place: str
    hours: tuple[Hours, ...]
    first_on: date
    last_on: date
    skills: tuple[str, ...] = ()
    age_from: int | None = None
    age_to: int | None = None
    says: str = ""
    insurance: str = ""

    def check(self, today: date) -> None:
        """Raises volunteers.role_unknown, hours_missing, hours_overlap, days_wrong."""
        if self.role not in ROLES:
            raise LianfangError("volunteers.role_unknown", role=self.role[:30])
        if not self.hours:
            raise LianfangError("volunteers.hours_missing")
        ordered = sorted(self.hours)
        if any(left.ends > right.begins for left, right in pairwise(ordered)):
            raise LianfangError("volunteers.hours_overlap")
        if not today <= self.first_on <= self.last_on <= today + timedelta(days=92) or self.days > MOST_DAYS:
            raise LianfangError("volunteers.days_wrong", days=MOST_DAYS)

    @property
    def days(self) -> int:
        """Days from the first to the last, both counted."""
        return (self.last_on - self.first_on).days + 1

    def shifts(self) -> list[tuple[date, int, int, int]]:
        """(day, from minute, to minute, people wanted) of every shift, by time."""
        return [
            (self.first_on + timedelta(days=step), one.begins, one.ends, one.wanted)
            for step in range(self.days)
            for one in sorted(self.hours)
        ]


def hours_of(text: str, ends: str, wanted: int) -> Hours:
    """Hours from two clock times (08:00, 20:00); one that ends before it begins ends on the next day."""
    begins, to = minute_of(text), minute_of(ends)
    return Hours(begins, to if to > begins else to + DAY, wanted)


def minute_of(text: str) -> int:
    """Minutes since midnight of a clock time such as 08:30; raises volunteers.hours_wrong."""
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", text.strip().replace("：", ":"))
    if found is None and text.strip() not in ("24:00", "24：00"):
        raise LianfangError("volunteers.hours_wrong")
    return int(found[1]) * 60 + int(found[2]) if found else DAY


def clock(minute: int) -> str:
    """08:30 from minutes since midnight."""
    return f"{minute // 60 % 24:02d}:{minute % 60:02d}"


def phone_of(text: str) -> str:
    """The digits of a Chinese telephone number; raises volunteers.phone_wrong."""
    digits = re.sub(r"[\s\-–()（）]", "", text).removeprefix("+86")
    if _PHONE.fullmatch(digits) is None:
        raise LianfangError("volunteers.phone_wrong")
    return digits


def name_of(text: str) -> str:
    """A name as written, without spaces around it; raises volunteers.name_missing."""
    name = " ".join(text.split())
    if not name or len(name) > 40:
        raise LianfangError("volunteers.name_missing")
    return name


def new_code() -> str:
    """A fresh code for somebody's own page."""
    return "".join(secrets.choice(ALPHABET) for _ in range(CODE_LENGTH))


def digest_of(text: str) -> bytes:
    """What the database keeps of a code as typed or scanned; raises volunteers.code_unknown for one that is none."""
    plain = "".join(character for character in text.upper() if character not in " -\u3000")
    digits = [_DIGIT.get(character, -1) for character in plain]
    if len(digits) != CODE_LENGTH or -1 in digits:
        raise LianfangError("volunteers.code_unknown")
    return hashlib.sha256(b"volunteers|" + bytes(digits)).digest()


def grouped(code: str) -> str:
    """A code in groups of four, for reading aloud and for print."""
    return "-".join(code[at : at + 4] for at in range(0, len(code), 4))


@dataclass(frozen=True)
class Fit:
    """How an answer suits a call. missing: skills asked for and not named. warnings: codes, shown and never a bar.

    key: the order of the list, nearest among the qualified first, then by the time of the answer; it says nothing about how
    somebody works.
    """

    missing: tuple[str, ...]
    distance: int
    warnings: tuple[str, ...]
    key: tuple[int, int] = field(compare=False, default=(0, 0))


def fit(
    *, asked: Sequence[str], has: Sequence[str], distance: int, age: int | None, age_from: int | None, age_to: int | None, hours_fit: int,
    careful: bool = False,
) -> Fit:  # fmt: skip
    """Judge an answer. age: whole years or unknown. hours_fit: shifts of the call inside the stated hours. careful: they said that
    their health sets limits."""
    missing = tuple(skill for skill in asked if skill not in has)
    warnings = []
    if age is not None and age_from is not None and age < age_from:
        warnings.append("younger")
    if age is not None and age_to is not None and age > age_to:
        warnings.append("older")
    if careful:
        warnings.append("careful")
    if not hours_fit:
        warnings.append("no_shift")
    return Fit(missing, distance, tuple(warnings), (1 if missing else 0, distance))


@dataclass(frozen=True)
class Place:
    """A shift as the proposal sees it: minutes since any fixed midnight, and how many may still come."""

    id: int
    begins: int
    ends: int
    free: int


def proposal(people: Sequence[tuple[int, Sequence[int]]], places: Sequence[Place], rest: int) -> dict[int, list[int]]:
    """Who could take which shifts: person → shifts by time; whoever gets none is left out.

    people: (person, shifts inside their hours), in the order of the list. In each turn everybody gets at most one more shift, the
    emptiest that leaves `rest` minutes to their others, so that work is spread before anybody has two. Nothing is decided here.
    """
    known = {one.id: one for one in places}
    free = {one.id: one.free for one in places}
    taken: dict[int, list[int]] = {}
    moving = True
    while moving:
        moving = False
        for person, can in people:
            mine = taken.get(person, [])
            open_to = [
                shift for shift in can
                if shift in known and shift not in mine and free[shift] > 0
                and all(known[shift].begins - known[has].ends >= rest or known[has].begins - known[shift].ends >= rest for has in mine)
            ]  # fmt: skip
            if open_to:
                best = max(open_to, key=lambda shift: (free[shift], -known[shift].begins, -shift))
                free[best] -= 1
                taken.setdefault(person, []).append(best)
                moving = True
    return {person: sorted(shifts, key=lambda shift: known[shift].begins) for person, shifts in taken.items()}
