"""What all batches of rounds share: finding the round of each fact, finding people by code, pseudonyms."""

from __future__ import annotations

from collections.abc import Callable, Iterable
from dataclasses import dataclass

from lianfang.base.facts.api import Fact, Rows, Statement, int4s, int8s
from lianfang.base.playbooks.api import Playbook, load_shipped
from lianfang.base.vault.api import incident_box
from lianfang.kernel.errors import LianfangError, define
from lianfang.kernel.ids import parse_code

ROUNDS = (
    "select id, incident_id, path, tube_size, state, questionnaire from rounds_round where id = any (%(ids)s::int[])"
)
PLAYBOOKS = """select r.id, i.playbook from rounds_round r join incidents_incident i on i.id = r.incident_id
where r.id = any (%(ids)s::int[])"""
PEOPLE = "select code, coalesce(stay_path, path) from residents_person where code = any (%(codes)s::bigint[])"
TUBES_NAMED = """rounds_tube where incident = any (array(select incident_id from rounds_round where id = any (%(rounds)s::int[])))
and round_id = any (%(rounds)s::int[]) and code = any (%(codes)s::bigint[])"""
"""Tubes by round and printed code. The incident is named because the index begins with it: without it a server before
PostgreSQL 18 reads every tube there is."""

define(
    "round.unknown",
    status=422,
    zh="找不到轮次{round}，或它不包括{area}。请同步任务后重新提交。",
    en="Round {round} is unknown or does not include {area}. Synchronise the task list and send again.",
)
define(
    "round.closed",
    status=422,
    zh="轮次{round}已结束，不再接收记录。请联系街道补录。",
    en="Round {round} is closed and takes no more facts. Ask the township to record it afterwards.",
)


@dataclass(frozen=True, slots=True)
class RoundRow:
    """What a batch needs to know of a round."""

    id: int
    incident_id: int
    path: str
    tube_size: int
    state: str
    questionnaire: str


def ask_rounds(facts: Iterable[Fact]) -> Statement:
    """The question for the rounds that these facts speak of."""
    return ROUNDS, {"ids": int4s({fact.payload.round for fact in facts})}


def ask_playbooks(facts: Iterable[Fact]) -> Statement:
    """The question for the playbooks that the rounds of these facts run by."""
    return PLAYBOOKS, {"ids": int4s({fact.payload.round for fact in facts})}


def playbooks(rows: Rows) -> dict[int, Playbook]:
    """Round → its playbook."""
    return {number: load_shipped(name) for number, name in rows}


GRIDS = """
select p.code, r.grid_id from residents_person p
join residents_presence r on r.person_id = p.id and r.path = coalesce(p.stay_path, p.path) where p.code = any (%(codes)s::bigint[])
"""


def ask_grids(codes: Iterable[int]) -> Statement:
    """The question for the grids in which people live, by their printed codes."""
    return GRIDS, {"codes": int8s(sorted(set(codes)))}


def ask_people(codes: Iterable[int]) -> Statement:
    """The question for people by their printed codes."""
    return PEOPLE, {"codes": int8s(sorted(set(codes)))}


def settle_rounds(facts: Iterable[Fact], rows: Rows) -> dict[int, RoundRow]:
    """Put the incident on each fact, and refuse what speaks of an unknown, foreign or closed round."""
    rounds = {row[0]: RoundRow(*row) for row in rows}
    for fact in facts:
        found = rounds.get(fact.payload.round)
        if found is None or not (fact.path.startswith(found.path) or found.path.startswith(fact.path)):
            fact.refuse("round.unknown", round=fact.payload.round, area=fact.area)
        elif found.state != "open":
            fact.refuse("round.closed", round=fact.payload.round)
        else:
            fact.incident_id = found.incident_id
    return rounds


def code_number(fact: Fact, text: str) -> int | None:
    """The number of a printed code; a mistyped one refuses the fact with the code's own sentence."""
    try:
        return parse_code(text)
    except LianfangError as error:
        fact.refuse(error.code, **error.values)  # type: ignore[arg-type]  # never a value named outcome
        return None


def pseudonyms(facts: Iterable[Fact]) -> dict[int, Callable[[int], int]]:
    """By incident: the function that turns a resident's number into their pseudonym within it."""
    numbers = {fact.incident_id for fact in facts if fact.refusal is None}
    return {number: incident_box(number).pseudonym for number in numbers}


def county_of(path: str) -> str:
    """The county of a path: a sampler may sample anybody of the county, by code."""
    return path[:6]
