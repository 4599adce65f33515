"""Writes of calls and answers. Rights, ranges and what is still free are checked by the functions of `sql/`."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, time, timedelta
from typing import Final

from django.db import transaction
from django.utils import timezone

from lianfang.base.access.api import Actor, scoped
from lianfang.base.database.select import call
from lianfang.base.incidents.api import incident_for
from lianfang.base.vault.api import standing_box
from lianfang.domain.duty.api import rest_named
from lianfang.domain.volunteers import rules, sealing
from lianfang.domain.volunteers.rules import NewCall, Stated
from lianfang.domain.workforce.api import MEMBER, SECRET, contact_blinder
from lianfang.domain.workforce.api import seal as seal_member
from lianfang.kernel.clock import BEIJING, beijing_day
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.identity import mask_phone
from lianfang.kernel.ids import new_code as public_code
from lianfang.kernel.ids import parse_code
from lianfang.kernel.texts import own_words

_PUBLISH: Final = (
    "select volunteers_publish(%s, %s, %s, %s, %s::smallint, %s, %s, %s::text[], %s, %s, %s, %s, %s, %s, %s, %s::date[], %s::int[], "
    "%s::int[], %s::int[], %s, %s, %s)"
)
_PUT: Final = (
    "select * from volunteers_answer_put(%s, %s, %s, %s, %s, %s::text[], %s, %s::date[], %s::int[], %s::int[], %s)"
)


@dataclass(frozen=True, kw_only=True)
class Person:
    """Who answers or offers. home: path of their building, '' when it is elsewhere (then `address` says where). careful: their
    health sets limits, by their own word; it is kept sealed with the answer and goes with it."""

    name: str
    phone: str = ""
    home: str = ""
    address: str = ""
    words: str = ""
    skills: tuple[str, ...] = ()
    born_year: int | None = None
    careful: bool = False


@dataclass(frozen=True)
class Given:
    """What became of an answer: its number, the code for their own page (shown once), new or waiting."""

    id: int
    code: str
    state: str


def publish_call(*, actor: Actor, paths: Sequence[str], wanted: NewCall, building: str = "") -> list[int]:
    """Publish a call for each community; returns their numbers. building: where the work is, for a single community.

    Each gets its own code, post and published shifts. Raises what NewCall.check does, volunteers.no_community,
    volunteers.too_many_communities, access.not_found.
    """
    chosen = list(dict.fromkeys(paths))
    wanted.check(beijing_day(timezone.now()))
    if not chosen:
        raise LianfangError("volunteers.no_community")
    if len(chosen) > rules.MOST_COMMUNITIES:
        raise LianfangError("volunteers.too_many_communities", most=rules.MOST_COMMUNITIES)
    shifts = wanted.shifts()
    last = max(datetime.combine(day, time(), BEIJING) + timedelta(minutes=ends) for day, _, ends, _ in shifts)
    columns = [list(column) for column in zip(*shifts, strict=True)]
    made: list[int] = []
    with scoped(actor):
        for path in chosen:
            found = incident_for(path)
            code = public_code()
            at = building if building and len(chosen) == 1 else path
            rows = call(_PUBLISH, [
                parse_code(code), made[0] if made else None, path, at, found.id if found else None, wanted.role, wanted.place,
                list(wanted.skills), wanted.age_from, wanted.age_to, wanted.first_on, wanted.last_on, last, wanted.says,
                wanted.insurance, *columns, rules.ROLES[wanted.role], f"{wanted.place} {code[:4]}", parse_code(public_code()),
            ])  # fmt: skip
            made.append(int(rows[0][0]))
    return made


def end_call(*, actor: Actor, call_id: int, release: bool = False) -> int:
    """Take a call back; accepted people lose coming shifts, which the caller confirms with release. Returns how many.

    Raises volunteers.call_has_people, volunteers.call_withdrawn, access.not_found.
    """
    with scoped(actor):
        return int(call("select volunteers_call_end(%s, %s)", [call_id, release])[0][0])


def checked(person: Person, *, phone_needed: bool) -> Person:
    """The person with name and telephone as they are kept; raises volunteers.name_missing, volunteers.phone_wrong."""
    phone = rules.phone_of(person.phone) if person.phone.strip() or phone_needed else ""
    return Person(
        name=rules.name_of(person.name), phone=phone, home=person.home, address=own_words(person.address, 80),
        words=own_words(person.words, rules.MOST_WORDS), skills=person.skills, born_year=person.born_year, careful=person.careful,
    )  # fmt: skip


def answer_call(*, code: str, path: str, person: Person, hours: Sequence[Stated], consent: bool) -> Given:
    """Somebody answers a call on its public page. path: of the call, whose county's key seals what they say.

    Raises volunteers.consent_missing, name_missing, phone_wrong, hours_missing, answered_already, call_withdrawn,
    call_over, too_many.
    """
    if not consent:
        raise LianfangError("volunteers.consent_missing")
    with transaction.atomic():
        return _put(code, path, checked(person, phone_needed=True), hours, "public")


def enter_answer(*, actor: Actor, code: str, path: str, person: Person, hours: Sequence[Stated]) -> Given:
    """The office writes down an answer for somebody without a telephone, or who stands at the desk and agrees in person.

    Raises as answer_call does, and access.not_found.
    """
    with scoped(actor):
        return _put(code, path, checked(person, phone_needed=False), hours, "office")


def _put(code: str, path: str, person: Person, hours: Sequence[Stated], via: str) -> Given:
    mine = rules.new_code()
    said = {"name": person.name, "phone": person.phone, "address": person.address, "words": person.words}
    said |= {"careful": "1"} if person.careful else {}
    rows = call(_PUT, [
        parse_code(code), rules.digest_of(mine), sealing.seal(path, said), sealing.phone_blind(person.phone) if person.phone else None,
        person.home, list(person.skills), person.born_year, [one.day for one in hours], [one.begins for one in hours],
        [one.ends for one in hours], via,
    ])  # fmt: skip
    return Given(int(rows[0][0]), mine, str(rows[0][1]))


def accept_answer(*, actor: Actor, answer_id: int, windows: Sequence[int], thanks: str = "", team: str) -> int:
    """Accept somebody for shifts inside their stated hours; returns the number of the member they are or become.

    One person once: the member is found by name and telephone (without one, by name and home: an assumption). Raises
    volunteers.no_shift, outside_hours, shift_full, decided_already, call_withdrawn, a rule of the roster (duty.…),
    access.not_found.
    """
    with scoped(actor):
        rows = call("select path, sealed, home_path from volunteers_answer where id = %s", [answer_id])
        if not rows:
            raise LianfangError("access.not_found")
        path, sealed, home = rows[0]
        said = sealing.unseal(path, sealed)
        if said is None:
            raise LianfangError("volunteers.decided_already")
        found = call("select volunteers_accept(%s, %s::bigint[], %s, %s, %s, 0, %s, %s, %s::jsonb)", [
            answer_id, list(windows), *_as_member(path, home, said), team, _thanks(path, thanks), rest_rules(path),
        ])  # fmt: skip
        return int(found[0][0])


def accept_answers(
    *, actor: Actor, call_id: int, chosen: Mapping[int, Sequence[int]], team: str
) -> dict[int, LianfangError | None]:
    """Accept many answers of one call, by answer the shifts of each; in one statement, each one wholly or not at all.

    Returns by answer None, or why it stays undecided (as `accept_answer` raises). Raises access.not_found.
    """
    if not chosen:
        return {}
    with scoped(actor):
        rows = call(
            "select id, path, sealed, home_path from volunteers_answer where call_id = %s and id = any (%s)",
            [call_id, list(chosen)],
        )
        known = {number: (path, home, sealing.unseal(path, sealed)) for number, path, sealed, home in rows}
        if known.keys() != chosen.keys():
            raise LianfangError("access.not_found")
        found: dict[int, LianfangError | None] = {
            number: LianfangError("volunteers.decided_already")
            for number, (_, _, said) in known.items()
            if said is None
        }
        takes = [number for number in chosen if number not in found]
        sealed = [_as_member(*known[number]) for number in takes]
        told = call("select * from volunteers_accept_many(%s::bigint[], %s::text[], %s, %s, %s, %s, %s::jsonb)", [
            takes, ["{" + ",".join(map(str, chosen[number])) + "}" for number in takes],
            *[list(column) for column in zip(*sealed, strict=True)],
            team, rest_rules(rows[0][1]),
        ]) if takes else []  # fmt: skip
    for number, _member, problem, facts in told:
        found[number] = LianfangError(problem, **json.loads(facts or "{}")) if problem else None
    return found


def _as_member(path: str, home: str, said: Mapping[str, str]) -> tuple[bytes, bytes, bytes]:
    """What an answer says as a member's row: shown, hidden, and the mark by which one person is found once."""
    box = standing_box(path)
    return (
        seal_member(box, {"name": said["name"], "phone": mask_phone(said["phone"])}, MEMBER),
        seal_member(box, {"phone": said["phone"], "address": said["address"]}, SECRET),
        contact_blinder()(said["name"], said["phone"] or f"@{home or path}"),
    )


def put_on_waiting_list(*, actor: Actor, answer_id: int) -> None:
    """Let somebody wait for a place; raises volunteers.decided_already, access.not_found."""
    with scoped(actor):
        call("select volunteers_wait(%s)", [answer_id])


def decline_answer(*, actor: Actor, answer_id: int, path: str, thanks: str) -> None:
    """Decline with thanks in words, which they read on their own page. Raises volunteers.words_missing, decided_already."""
    if not thanks.strip():
        raise LianfangError("volunteers.words_missing", most=rules.MOST_WORDS)
    with scoped(actor):
        call("select volunteers_decline(%s, %s)", [answer_id, _thanks(path, thanks)])


def withdraw(code: str) -> str:
    """Somebody takes their answer back by its code; returns the state it had. The first who waits is put before the office.

    Raises volunteers.code_unknown, volunteers.decided_already.
    """
    with transaction.atomic():
        return str(call("select volunteers_withdraw(%s)", [rules.digest_of(code)])[0][0])


def say(*, code: str, path: str, words: str) -> None:
    """Somebody writes to the office by their code; raises volunteers.words_missing, words_enough, code_unknown."""
    if not words.strip() or len(words) > rules.MOST_WORDS:
        raise LianfangError("volunteers.words_missing", most=rules.MOST_WORDS)
    with transaction.atomic():
        call("select volunteers_say(%s, %s)", [rules.digest_of(code), sealing.seal(path, words.strip(), sealing.WORDS)])


def open_phone(*, actor: Actor, answer_id: int) -> str:
    """The telephone behind a masked one, for a call; the look is recorded. Raises access.not_found."""
    with scoped(actor):
        path, sealed = call("select * from volunteers_phone(%s)", [answer_id])[0]
    said = sealing.unseal(path, sealed)
    return str(said["phone"]) if said else ""


def rest_rules(path: str) -> str:
    """The rest rules of the playbook of the incident over a path, as the roster's functions read them."""
    found = incident_for(path)
    return rest_json(found.playbook if found else "")


def rest_minutes(path: str) -> int:
    """Least minutes between two shifts of one person, by the playbook of the incident over a path."""
    found = incident_for(path)
    return rest_named(found.playbook if found else "").rest


def rest_json(playbook: str) -> str:
    """Rest rules of a playbook in minutes, as JSON; those assumed by the roster for ''."""
    rest = rest_named(playbook)
    return json.dumps({"rest": rest.rest, "shift": rest.shift, "nights": rest.nights, "week": rest.week})


def _thanks(path: str, words: str) -> bytes | None:
    tidy = own_words(words, rules.MOST_WORDS)
    return sealing.seal(path, tidy, sealing.WORDS) if tidy else None
