"""Tubes, results, reasons and visits through the door, on the real database."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace
from typing import Any

import pytest
from django.db import connections

from lianfang.base.facts.api import Batch, Fact, Statement
from lianfang.base.metrics.api import recompute
from lianfang.base.vault.api import incident_box
from lianfang.domain.residents import packs
from lianfang.domain.rounds import facts_homes
from lianfang.domain.rounds.facts_tubes import CAREFUL, TubeFilledBatch
from lianfang.kernel.ids import format_code, parse_code
from tests.domain.rounds.conftest import Station
from tests.support.histories import countable, open_rounds
from tests.support.world import COUNTY, HOME, NEXT, fold, total

ANSWERS = {
    "people_present": 2,
    "arrived_recently": "no",
    "persons": [{"place_contact": "none"}, {"place_contact": "none"}],
}


def count(sql: str, *parameters: object) -> int:
    with connections["owner"].cursor() as cursor:
        cursor.execute(sql, parameters)
        return int(cursor.fetchone()[0])


def in_a_round_of_its_own(station: Station) -> Station:
    """The same people in a round in which nobody was sampled."""
    return replace(station, round=open_rounds(station.world, 1)[0][0])


@pytest.mark.row("D1")
def test_a_tube_covers_its_people_once(station: Station) -> None:
    people = [person.code for person in station.world.people[HOME][:10]]
    fact = station.tube(101, people)
    assert [answer["status"] for answer in station.send([fact])] == ["accepted"]
    assert [answer["status"] for answer in station.send([fact])] == ["duplicate"]
    fold()
    assert total("rounds.sampled", str(station.round), HOME) == 10
    assert total("rounds.sampled", str(station.round), COUNTY) == 10
    assert total("rounds.expected", str(station.round), COUNTY) == 48
    assert total("rounds.tubes", str(station.round), COUNTY) == 1


@pytest.mark.row("D1")
def test_somebody_sampled_twice_is_noted_and_counted_once(station: Station) -> None:
    again = station.world.people[HOME][0].code
    fresh = station.world.people[HOME][12].code
    before = total("rounds.sampled", str(station.round), COUNTY)
    [answer] = station.send([station.tube(102, [again, fresh])])
    assert answer["status"] == "accepted"
    assert [note["values"]["position"] for note in answer["notes"]] == [1]
    fold()
    assert total("rounds.sampled", str(station.round), COUNTY) == before + 1


def test_the_same_id_with_other_content_is_a_conflict_and_kept(station: Station) -> None:
    first = station.tube(103, [station.world.people[NEXT][0].code])
    other = {**station.tube(104, [station.world.people[NEXT][1].code]), "id": first["id"]}
    assert [a["status"] for a in station.send([first])] == ["accepted"]
    [answer] = station.send([other])
    assert (answer["status"], answer["code"]) == ("conflict", "fact.id_reused")
    assert count("select count(*) from facts_quarantine where code = 'fact.id_reused'") == 1


@pytest.mark.row("D1")
def test_a_positive_pool_isolates_and_single_retests_settle(station: Station) -> None:
    members = station.world.people[NEXT][2:12]
    station.send([station.tube(201, [person.code for person in members])])
    [answer] = station.send([station.result(201, "positive")], role="laboratory", path="")
    assert answer["status"] == "accepted", answer
    assert count("select count(*) from rounds_isolation where state = 'isolated'") == 10
    assert count("select count(*) from worklist_item where what = 'rounds.isolate_pool'") == 1
    singles = [station.tube(300 + number, [person.code]) for number, person in enumerate(members)]
    answers = station.send(singles)
    assert all(answer["status"] == "accepted" and "notes" not in answer for answer in answers), answers
    results = [station.result(300 + n, "positive" if n == 3 else "negative") for n in range(10)]
    assert {a["status"] for a in station.send(results, role="laboratory", path="")} == {"accepted"}
    assert count("select count(*) from rounds_isolation where state = 'released'") == 8
    assert count("select count(*) from rounds_isolation where state = 'held'") == 1  # lives with the positive one
    assert count("select count(*) from rounds_isolation where state = 'positive'") == 1
    assert count("select count(*) from worklist_item where what = 'rounds.positive_person'") == 1
    fold()
    assert total("rounds.positive_people", str(station.round), COUNTY) == 1


@pytest.mark.row("D1")
def test_who_lives_with_a_positive_person_stays_held_whichever_result_comes_first(station: Station) -> None:
    """Playbook: release who is negative and no contact; a negative re-test lifts only what the pool caused."""
    members = station.world.people[NEXT][12:20]
    lab = {"role": "laboratory", "path": ""}
    station.send([station.tube(501, [person.code for person in members])])
    station.send([station.result(501, "positive")], **lab)
    station.send([station.tube(510 + number, [person.code]) for number, person in enumerate(members)])

    def states() -> list[str]:
        with connections["owner"].cursor() as cursor:
            cursor.execute(
                "select i.state from rounds_isolation i join rounds_tube t on t.id = i.retest where t.code >= 510 "
                "and t.code < 520 order by t.code"
            )
            return [row[0] for row in cursor.fetchall()]

    assert {members[0].path, members[2].path} == {members[1].path, members[3].path}
    station.send([station.result(510, "negative")], **lab)
    assert states()[:2] == ["released", "retested"]
    station.send([station.result(511, "positive")], **lab)  # the other one of that home, later
    assert states()[:2] == ["held", "positive"]
    station.send([station.result(513, "positive")], **lab)
    station.send([station.result(512, "negative")], **lab)  # here the positive result came first
    assert states()[2:4] == ["held", "positive"]
    station.send([station.result(number, "negative") for number in range(514, 518)], **lab)
    assert states()[4:] == ["released"] * 4


@pytest.mark.parametrize("typed", [str, str.lower])
def test_somebody_twice_in_one_tube_is_refused_however_their_code_is_typed(station: Station, typed: Any) -> None:
    code = next(one.code for one in station.world.people[HOME] if one.code.lower() != one.code)
    [answer] = station.send([station.tube(520, [code, typed(code)])])
    assert (answer["status"], answer["code"]) == ("refused", "tube.person_twice")


@pytest.mark.row("D1")
@pytest.mark.parametrize(
    ("many", "rows", "packed"),
    [(1, 1, []), (1, 4, []), (1, 1000, []), (1, 1, [HOME]), (1, 1, [NEXT]), (1, 1000, [HOME, NEXT]), (100, 4, [HOME])],
)
def test_everybody_is_found_at_home_whether_their_community_is_packed_or_read_or_each_looked_up(
    station: Station, many: int, rows: int, packed: list[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    """Tubes of one community with people of two; somebody stays elsewhere, and reading may end before all were met."""
    here = in_a_round_of_its_own(station)
    monkeypatch.setattr(facts_homes, "SEVERAL_SWABS", many)
    monkeypatch.setattr(facts_homes, "MANY_SWABS", many)
    monkeypatch.setattr(facts_homes, "ROWS_A_SWAB", rows)
    home, following = here.world.people[HOME], here.world.people[NEXT]
    mixed = [person for pair in zip(home[-9:], following[-9:], strict=True) for person in pair]
    guest, place = home[-1], following[0].path
    with connections["owner"].cursor() as cursor:
        cursor.execute("update residents_person set stay_path = %s where code = %s", [place, parse_code(guest.code)])
        try:
            assert packs.build(packed) == len(packed)
            tubes = [mixed[:8], mixed[8:9], mixed[9:]]
            sent = [here.tube(1 + at, [one.code for one in tube]) for at, tube in enumerate(tubes)]
            answers = here.send(sent)
            assert [answer["status"] for answer in answers] == ["accepted"] * 3, answers
        finally:
            cursor.execute("update residents_person set stay_path = null where code = %s", [parse_code(guest.code)])
            cursor.execute("delete from residents_pack")
        cursor.execute("select person, path from rounds_sample where round_id = %s", [here.round])
        found = dict(cursor.fetchall())
    box = incident_box(here.world.incident)
    assert found == {box.pseudonym(parse_code(one.code)): place if one is guest else one.path for one in mixed}


def test_somebody_of_another_county_is_unknown_and_their_neighbours_in_the_call_are_not(station: Station) -> None:
    """Homes of several people come as one text; here they lie in two counties, and one code is nobody's."""
    stranger, nobody = 123_456_789, 123_456_790
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "with home as (insert into residents_household (path, sealed, state) "
            "values ('110101001001000101001', '', 'lived_in') returning id, path) "
            "insert into residents_person (code, household_id, path, sealed, sex, born_year, kind, tags, present) "
            "select %s, id, path, '', 1, 1980, 1, '{}', true from home",
            [stranger],
        )
    people = [person.code for person in station.world.people[HOME][:3]]
    answers = station.send([
        station.tube(410, people[:2]), station.tube(411, [people[2], format_code(stranger)]), station.tube(412, [format_code(nobody)]),
    ])  # fmt: skip
    assert [answer["status"] for answer in answers] == ["accepted", "refused", "refused"]
    assert [answer["values"]["subject"] for answer in answers[1:]] == [format_code(stranger), format_code(nobody)]
    [alone] = station.send([station.tube(413, [format_code(nobody)])])
    assert alone["code"] == "fact.subject_unknown"


def test_a_tube_told_for_the_prefecture_takes_everybody_who_lives_in_it(station: Station) -> None:
    here = in_a_round_of_its_own(station)
    mixed = [here.world.people[HOME][0].code, here.world.people[NEXT][0].code]
    facts = [here.tube(1, mixed, area=COUNTY[:4]), here.tube(2, [here.world.people[HOME][1].code])]
    answers = here.send(facts, path=COUNTY[:4])
    assert [answer["status"] for answer in answers] == ["accepted"] * 2, answers


@pytest.mark.row("D1")
def test_a_reason_is_replaced_and_goes_when_the_person_is_sampled(station: Station) -> None:
    person = station.world.people[HOME][20]
    for reason in ("away", "refused"):
        [answer] = station.send(
            [station.fact("rounds.not_sampled/1", {"person": person.code, "reason": reason})],
            role="community_clerk",
            path=HOME,
        )
        assert answer["status"] == "accepted", answer
    fold()
    assert total("rounds.not_sampled", f"{station.round}:away", HOME) == 0
    assert total("rounds.not_sampled", f"{station.round}:refused", HOME) == 1
    station.send([station.tube(401, [person.code])])
    fold()
    assert total("rounds.not_sampled", f"{station.round}:refused", HOME) == 0


@pytest.mark.row("D3")
def test_a_door_visit_counts_once_and_the_latest_stands(station: Station) -> None:
    household = station.world.people[HOME][0].path
    visit = {"household": household, "outcome": "not_home"}
    for outcome, people in (("not_home", 0), ("answered", 3), ("entered", 2)):
        given = {**visit, "outcome": outcome, "people": people, "answers": ANSWERS if people else {}}
        [answer] = station.send([station.fact("rounds.household_visited/1", given)], role="community_clerk", path=HOME)
        assert answer["status"] == "accepted", answer
    fold()
    assert total("rounds.visited_households", str(station.round), HOME) == 1
    assert total("rounds.visited_people", str(station.round), HOME) == 2
    assert total("rounds.visits_failed", f"{station.round}:not_home", HOME) == 0


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"kind": "rounds.sang/1"}, "fact.kind_unknown"),
        ({"area": "999999999999"}, "fact.area_outside"),
        ({"area": "41"}, "fact.area_unknown"),
        ({"recorded_at": "2099-01-01T00:00:00+08:00"}, "fact.time_future"),
        ({"recorded_at": "yesterday"}, "fact.malformed"),
        ({"payload": {"round": 999, "tube": "000000000", "people": ["000000000"]}}, "round.unknown"),
        ({"payload": {"tube": 7}}, "fact.payload_invalid"),
        ({"payload": {"round": 2**40, "tube": "000000000", "people": ["000000000"]}}, "fact.payload_invalid"),
        ({"payload": {"round": 1, "tube": "000000000", "people": ["000000001"]}}, "code.check_failed"),
    ],
)
def test_bad_facts_are_refused_with_a_sentence_and_kept(station: Station, change: dict, code: str) -> None:
    fact = {**station.tube(900, [station.world.people[HOME][1].code]), **change}
    [answer] = station.send([fact])
    assert (answer["status"], answer["code"]) == ("refused", code), answer
    assert answer["detail"]
    assert count("select count(*) from facts_quarantine where code = %s", code) >= 1


def test_one_bad_fact_does_not_fail_its_neighbours(station: Station) -> None:
    good = station.tube(910, [station.world.people[HOME][2].code])
    bad = station.tube(911, ["0"])
    assert [a["status"] for a in station.send([good, bad])] == ["accepted", "refused"]


def test_a_role_without_the_verb_is_refused(station: Station) -> None:
    [answer] = station.send([station.tube(920, [station.world.people[HOME][3].code])], role="storekeeper", path=COUNTY)
    assert (answer["status"], answer["code"]) == ("refused", "access.not_allowed")
    [answer] = station.send([station.result(101, "negative")], role="community_clerk", path=HOME)
    assert (answer["status"], answer["code"]) == ("refused", "access.not_allowed")


def test_a_foreign_subject_is_refused(station: Station) -> None:
    [answer] = station.send([station.tube(930, ["ZZZZZZZZ" + "0"])])
    assert answer["status"] == "refused"


@pytest.fixture
def rival(station: Station, monkeypatch: pytest.MonkeyPatch) -> Callable[[type[Batch], list[Any]], None]:
    """Let somebody else's facts of the same kind be written between the look and the write of the next facts of a kind."""

    def between(batch: type[Batch], facts: list[Any], role: str = "sampler") -> None:
        plain = batch.statements
        waiting = [facts]

        def statements(self: Batch, mine: list[Fact]) -> list[Statement]:
            if waiting:
                answers = station.send(waiting.pop(), role=role, path="" if role == "laboratory" else COUNTY)
                assert [answer["status"] for answer in answers] == ["accepted"] * len(answers), answers
            return plain(self, mine)

        monkeypatch.setattr(batch, "statements", statements)

    return between


@pytest.mark.row("D1")
def test_a_tube_taken_since_we_looked_is_a_conflict_and_its_neighbour_stands(station: Station, rival: Any) -> None:
    from lianfang.domain.rounds.facts_tubes import TubeFilledBatch

    people = [person.code for person in station.world.people[HOME]]
    rival(TubeFilledBatch, [station.tube(7001, people[:2])])
    late, neighbour = station.send([station.tube(7001, people[2:4]), station.tube(7002, people[4:6])])
    assert (late["status"], late["code"]) == ("conflict", "tube.code_taken")
    assert neighbour["status"] == "accepted"


@pytest.mark.row("D1")
def test_the_same_fact_written_since_we_looked_is_a_duplicate(station: Station, rival: Any) -> None:
    from lianfang.domain.rounds.facts_tubes import TubeFilledBatch

    people = [person.code for person in station.world.people[HOME]]
    fact = station.tube(7003, people[:2])
    rival(TubeFilledBatch, [fact])
    assert [answer["status"] for answer in station.send([fact])] == ["duplicate"]


def test_another_result_told_since_we_looked_is_a_conflict(station: Station, rival: Any) -> None:
    from lianfang.domain.rounds.facts_results import ResultReportedBatch

    people = [person.code for person in station.world.people[HOME]]
    assert station.send([station.tube(7004, people[:2])])[0]["status"] == "accepted"
    rival(ResultReportedBatch, [station.result(7004, "negative")], "laboratory")
    [late] = station.send([station.result(7004, "positive")], role="laboratory", path="")
    assert (late["status"], late["code"]) == ("conflict", "tube.result_differs")


@pytest.mark.row("D1")
@pytest.mark.parametrize("careful", [0, 1])
def test_repeats_are_told_and_counted_once_whether_looked_for_or_not(
    station: Station, careful: int, monkeypatch: pytest.MonkeyPatch
) -> None:
    here = in_a_round_of_its_own(station)
    first, second, fresh, other = [person.code for person in here.world.people[NEXT][:4]]
    monkeypatch.setattr(TubeFilledBatch, "careful", 0)
    here.send([here.tube(1, [first, second])])
    here.send([here.fact("rounds.not_sampled/1", {"person": other, "reason": "away"})])
    monkeypatch.setattr(TubeFilledBatch, "careful", careful)
    answers = here.send([here.tube(2, [fresh, first]), here.tube(3, [other]), here.tube(4, [second])])
    assert [answer["status"] for answer in answers] == ["accepted"] * 3
    assert [[note["values"]["position"] for note in answer.get("notes", [])] for answer in answers] == [[2], [], [1]]
    assert TubeFilledBatch.careful == CAREFUL, "one repeat makes the next transactions look for more"
    fold()
    assert total("rounds.sampled", str(here.round), NEXT) == 4
    assert count("select count(*) from rounds_repeat where round_id = %s", here.round) == 2
    assert count("select count(*) from rounds_not_sampled where round_id = %s", here.round) == 0
    assert recompute(countable()) == []


def test_somebody_in_two_tubes_of_one_call_is_counted_once(station: Station, monkeypatch: pytest.MonkeyPatch) -> None:
    here = in_a_round_of_its_own(station)
    person = here.world.people[NEXT][10].code
    monkeypatch.setattr(TubeFilledBatch, "careful", 0)
    answers = here.send([here.tube(1, [person]), here.tube(2, [person])])
    assert sorted(len(answer.get("notes", [])) for answer in answers) == [0, 1]
    fold()
    assert total("rounds.sampled", str(here.round), NEXT) == 1
