"""Teams, needs and missions from founding to rest: both sides, the city between counties, visibility, figures, work items."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from datetime import timedelta

import pytest
from django.db import connections, transaction

from lianfang.base.metrics.api import recompute
from lianfang.domain.missions import selectors, services
from lianfang.domain.workforce.api import member_lines
from lianfang.kernel.errors import LianfangError
from tests.support.missions import CITY, FAR, OTHER, Stage, owner, today
from tests.support.world import COUNTY, HOME, NEXT, TOWN, fold, total

pytestmark = [pytest.mark.usefixtures("stage"), pytest.mark.row("B7")]


def items() -> list[tuple[str, str, str]]:
    """Open work items: what, role, path."""
    return owner(
        "select what, for_role, path from worklist_item where done_at is null and source = 'missions' order by id"
    )


# ---------------------------------------------------------------------------------------------------------- teams


def test_a_team_takes_members_who_are_in_no_other(stage: Stage) -> None:
    unit = stage.unit("县住建局", 5)
    with stage.acting("county_dispatcher", COUNTY) as actor:
        first = services.found_team(actor=actor, unit=unit, name="住建一队", people=3)
        assert len(selectors.crew(first)) == 3
        with pytest.raises(LianfangError) as few, transaction.atomic():
            services.found_team(actor=actor, unit=unit, name="住建二队", people=3)
        assert few.value.code == "missions.too_few"
        assert "2" in few.value.render("zh")
        services.found_team(actor=actor, unit=unit, name="住建二队", people=2)
        with pytest.raises(LianfangError) as twice, transaction.atomic():
            services.found_team(actor=actor, unit=stage.unit("县水利局", 2), name="住建二队", people=1)
        assert twice.value.code == "missions.team_exists"
        services.dissolve_team(actor=actor, team=first)
    assert owner("select count(distinct member_id), count(*) from missions_member where to_on is null") == [(2, 2)]


@pytest.mark.row("B11")
def test_a_medical_team_has_only_people_with_the_skill(stage: Stage) -> None:
    unit = stage.unit("县医院", 4, kind="hospital", skills=("护理", "采样"))
    with stage.acting("county_dispatcher", COUNTY) as actor:
        with pytest.raises(LianfangError, match=r"missions\.too_few|") as few, transaction.atomic():
            services.found_team(actor=actor, unit=unit, name="重症队", people=1, kind="medical", skills=["重症"])
        assert few.value.code == "missions.too_few"
        made = services.found_team(actor=actor, unit=unit, name="护理队", people=4, kind="medical", skills=["护理"])
        assert selectors.teams(made)[0].skills == ("护理",)


def test_who_counts_as_ready(stage: Stage) -> None:
    """Off by their own statement, on a post now, left for good: none of them counts, and the last is out of the team."""
    from tests.support.duty import run

    team = stage.team("县教育局", 4)
    away, busy, left = stage.members["县教育局"][1:4]
    post = run("insert into duty_post (path, kind, name, code, started_on, made_by, from_minute, to_minute, least) "
               "values (%s, 'gate', '东门', 990001, current_date, 1, 0, 1440, 1) returning id", HOME)[0][0]  # fmt: skip
    shift = run("insert into duty_shift (post_id, path, starts_at, ends_at, wanted, state) values "
                "(%s, %s, now() - interval '1 hour', now() + interval '1 hour', 1, 'published') returning id",
                post, HOME)[0][0]  # fmt: skip
    run("insert into duty_slot (shift_id, post_id, path, member_id, starts_at, ends_at, state, source) "
        "select id, post_id, path, %s, starts_at, ends_at, 'published', 'roster' from duty_shift where id = %s", busy, shift)  # fmt: skip
    owner(
        "insert into workforce_availability (member_id, on_day, from_minute, to_minute, can_work) values (%s, %s, 0, 1440, false)",
        away,
        today(),
    )
    owner("update workforce_member set left_on = current_date where id = %s", left)
    with stage.acting("county_dispatcher", COUNTY):
        assert sorted(fit for _m, _l, fit in selectors.crew(team)) == ["busy", "off", "ready"]
        [one] = selectors.teams(team)
        assert (one.people, one.can) == (3, 1)
    owner("update workforce_member set left_on = null where id = %s", left)


# ----------------------------------------------------------------------------------------------------- both sides


def test_both_sides_agree_then_they_leave_work_and_come_home_to_rest(stage: Stage) -> None:
    team, need = stage.team("县税务局", 4), stage.need(people=4)
    assert items() == [("plan", "county_dispatcher", COUNTY)]
    number = stage.propose(need, team)
    assert set(items()[1:]) == {("sender", "county_dispatcher", COUNTY), ("receiver", "community_clerk", HOME)}
    with stage.acting("community_clerk", HOME) as clerk:
        assert services.agree(actor=clerk, mission=number, side="receiver") == "proposed"
        with pytest.raises(LianfangError) as early, transaction.atomic():
            services.confirm_arrival(actor=clerk, mission=number)
        assert early.value.code == "missions.wrong_state"
        with pytest.raises(LianfangError) as not_mine, transaction.atomic():
            services.agree(actor=clerk, mission=number, side="sender")
        assert not_mine.value.code == "access.not_found"
        assert member_lines(stage.members["县税务局"]) == {}, "nobody is seen before they come"
    with stage.acting("county_dispatcher", COUNTY) as county:
        assert services.agree(actor=county, mission=number, side="sender") == "accepted"
        home = stage.members["县税务局"][3]
        assert services.send(actor=county, mission=number, stay_home=[home], turns=2) == 3
    with stage.acting("community_clerk", HOME) as clerk:
        assert len(member_lines(stage.members["县税务局"])) == 3, "the receiving office sees who comes"
        booked = services.confirm_arrival(actor=clerk, mission=number)
        assert booked > 0
        assert [goer.turn for goer in selectors.people_of(number) if not goer.stayed_home] == [1, 1, 2]
    worst = owner("select max(n) from (select sum(extract(epoch from ends_at - starts_at)) / 3600 as n from duty_slot "
                  "group by member_id, date_trunc('week', starts_at at time zone 'Asia/Shanghai')) t")[0][0]  # fmt: skip
    assert worst <= 48, "the rest rules hold for people who are sent"
    with stage.acting("community_clerk", HOME) as clerk:
        services.call_back(actor=clerk, mission=number, side="receiver")
    assert ("back", "county_dispatcher", COUNTY) in items()
    with stage.acting("county_dispatcher", COUNTY) as county:
        ready_on = services.confirm_return(actor=county, mission=number)
        assert ready_on == today() + timedelta(days=1)
        assert selectors.teams(team)[0].state == "resting"
    assert items() == [("plan", "county_dispatcher", COUNTY)], (
        "whatever was done is off the lists; the need is still open"
    )
    services.wake_rested()
    assert owner("select state from missions_team where id = %s", team) == [("resting",)]
    owner("update missions_team set rest_until = current_date - 1")
    assert services.wake_rested() == 1
    with stage.acting("county_dispatcher", COUNTY):
        assert selectors.teams(team)[0].state == "ready"
    again = stage.propose(need, team)
    assert again != number, "a team that came back and rested can be sent again"


def test_a_team_is_not_sent_twice(stage: Stage) -> None:
    team, need, other = stage.team("县司法局", 2), stage.need(), stage.need(NEXT)
    stage.propose(need, team)
    with pytest.raises(LianfangError) as twice:
        stage.propose(other, team)
    assert twice.value.code == "missions.team_taken"
    assert "县司法局" in twice.value.render("zh")


def test_two_planners_at_once_send_a_team_once(stage: Stage) -> None:
    team, needs = stage.team("县统计局", 2), [stage.need(), stage.need(NEXT)]

    def one(need: int) -> str:
        try:
            stage.propose(need, team)
        except LianfangError as error:
            return error.code
        finally:
            for alias in connections:
                connections[alias].close()
        return "proposed"

    with ThreadPoolExecutor(2) as pool:
        assert sorted(pool.map(one, needs)) == ["missions.team_taken", "proposed"]


def test_a_refusal_frees_the_team_and_tells_the_planner(stage: Stage) -> None:
    team, need = stage.team("县审计局", 2), stage.need()
    number = stage.propose(need, team)
    with stage.acting("community_clerk", HOME) as clerk:
        services.refuse(actor=clerk, mission=number, side="receiver", why="covered")
    assert items() == [("plan", "county_dispatcher", COUNTY)]
    assert stage.propose(need, team)


def test_all_or_none_of_a_proposal(stage: Stage) -> None:
    good, need = stage.team("县民政局", 2), stage.need()
    with stage.acting("county_dispatcher", COUNTY) as actor, pytest.raises(LianfangError):
        services.propose(actor=actor, lines=[services.Line(need, good, {}), services.Line(need, good, {})])
    assert owner("select count(*) from missions_mission") == [(0,)]
    with stage.acting("county_dispatcher", COUNTY) as actor, pytest.raises(LianfangError) as nothing:
        services.propose(actor=actor, lines=[])
    assert nothing.value.code == "missions.nothing_chosen"


def test_a_relief_calls_the_tired_team_home(stage: Stage) -> None:
    tired, fresh_one, need = stage.team("县人社局", 2), stage.team("县商务局", 2), stage.need(people=2)
    first = stage.sent(need, tired)
    with stage.acting("community_clerk", HOME) as clerk:
        services.confirm_arrival(actor=clerk, mission=first)
    second = stage.sent(need, fresh_one, relieves=first)
    assert owner("select state from missions_mission where id = %s", first) == [("arrived",)]
    with stage.acting("community_clerk", HOME) as clerk:
        services.confirm_arrival(actor=clerk, mission=second)
    assert owner("select state from missions_mission where id = %s", first) == [("recalled",)]


def test_between_counties_the_city_agrees_as_well(stage: Stage) -> None:
    team, need = stage.team("县交通局", 3), stage.need(FAR, people=3, severity=3)
    number = stage.propose(need, team, by=("command", CITY))
    assert ("city", "command", CITY) in items()
    with pytest.raises(LianfangError) as blind:
        stage.propose(need, team)
    assert blind.value.code == "access.not_found", "a county does not plan for another one's needs"
    with stage.acting("county_dispatcher", COUNTY) as county:
        assert services.agree(actor=county, mission=number, side="sender") == "proposed"
    with stage.acting("county_dispatcher", OTHER) as other:
        assert services.agree(actor=other, mission=number, side="receiver") == "proposed"
        with pytest.raises(LianfangError), transaction.atomic():
            services.agree(actor=other, mission=number, side="city")
    with stage.acting("command", CITY) as city:
        with pytest.raises(LianfangError), transaction.atomic():
            services.agree(actor=city, mission=number, side="sender")
        assert services.agree(actor=city, mission=number, side="city") == "accepted"
    with stage.acting("county_dispatcher", COUNTY) as county:
        services.send(actor=county, mission=number, turns=3)
    with stage.acting("community_clerk", FAR):
        assert len(selectors.missions(number)) == 1
        assert len(member_lines(stage.members["县交通局"])) == 3
    with stage.acting("community_clerk", NEXT):
        assert selectors.missions(number) == []
        assert member_lines(stage.members["县交通局"]) == {}


@pytest.mark.row("B11")
def test_support_for_another_province_is_agreed_by_the_city(stage: Stage) -> None:
    team = stage.team("县中医院", 3, kind="hospital", skills=("护理",))
    with stage.acting("command", CITY) as city:
        need = services.raise_need(
            actor=city, need=services.NewNeed(
                path=CITY, beyond="湖北省黄冈市", kind="medical", purpose="treatment", people=3, severity=3, skills=("护理",),
                from_on=today(), until_on=today() + timedelta(days=20),
            ),
        )  # fmt: skip
    number = stage.propose(need, team, by=("command", CITY))
    with stage.acting("county_dispatcher", COUNTY) as county:
        services.agree(actor=county, mission=number, side="sender")
    with stage.acting("command", CITY) as city:
        assert services.agree(actor=city, mission=number, side="receiver") == "proposed"
        assert services.agree(actor=city, mission=number, side="city") == "accepted"
    with stage.acting("county_dispatcher", COUNTY) as county:
        assert services.send(actor=county, mission=number, turns=3) == 3
        assert selectors.missions(number)[0].beyond == "湖北省黄冈市"
    fold()
    assert total("missions.people_out", "", CITY) == 3


def test_wrong_teams_and_needs_are_refused_with_a_sentence(stage: Stage) -> None:
    team, need = stage.team("县粮食局", 2), stage.need(kind="medical", purpose="treatment", skills=("护理",))
    with pytest.raises(LianfangError) as unfit:
        stage.propose(need, team)
    assert unfit.value.code == "missions.team_unfit"
    for wrong in ({"people": 0}, {"severity": 4}, {"days": -2}, {"kind": "army"}):
        with pytest.raises(LianfangError) as bad:
            stage.need(**wrong)
        assert bad.value.code == "missions.need_wrong"
    with stage.acting("community_clerk", HOME) as clerk:
        services.end_need(actor=clerk, need=need)
        with pytest.raises(LianfangError) as over, transaction.atomic():
            services.end_need(actor=clerk, need=need)
    assert over.value.code == "missions.need_over"
    open_one = stage.need()
    with stage.acting("community_clerk", NEXT) as other, pytest.raises(LianfangError), transaction.atomic():
        services.end_need(actor=other, need=open_one)


def test_figures_follow_and_can_be_counted_again(stage: Stage) -> None:
    team, need = stage.team("县林业局", 3), stage.need(people=3)
    stage.team("县文旅局", 2)
    number = stage.sent(need, team)
    fold()
    assert total("missions.teams_ready", "reserve", COUNTY) == 1
    assert total("missions.people_out", "", HOME) == 3
    assert total("missions.people_out", "", TOWN) == 3
    assert total("missions.needs_open", "reserve", COUNTY) == 1
    assert recompute(["missions.teams_ready", "missions.people_out", "missions.needs_open"]) == []
    owner("update missions_mission set sent_at = sent_at - interval '3 days' where id = %s", number)
    with stage.acting("county_dispatcher", COUNTY) as county:
        services.confirm_return(actor=county, mission=number)
    fold()
    assert total("missions.people_out", "", HOME) == 0
    assert recompute(["missions.teams_ready", "missions.people_out", "missions.needs_open"]) == []


def test_each_person_with_an_account_hears_it(stage: Stage) -> None:
    team, need = stage.team("县财险公司", 2, path=COUNTY), stage.need(people=2)
    token = stage.world.token("community_clerk", NEXT)
    account = owner("select account_id from access_grant where role = 'community_clerk' and path = %s", NEXT)[0][0]
    owner("update workforce_member set account_id = %s where id = %s", account, stage.members["县财险公司"][0])
    number = stage.sent(need, team)
    told = owner("select what, path, subject from worklist_item where for_account = %s and done_at is null", account)
    assert told == [("go", NEXT, f"{number}:{stage.members['县财险公司'][0]}")]
    assert token
    owner("update workforce_member set account_id = null")


# ------------------------------------------------------------------------------------------------------ the pages


def test_the_pages_walk_from_need_to_return(stage: Stage) -> None:
    county, clerk = stage.desk("county_dispatcher", COUNTY), stage.desk("community_clerk", HOME)
    unit = stage.unit("县农业局", 3)
    assert "县农业局" in county.get("/missions/teams/new/").content.decode()
    made = county.post(
        "/missions/teams/new/", {"unit": unit, "name": "农业队", "kind": "reserve", "people": "3", "skills": ""}
    )
    assert made.status_code == 303
    assert (
        county.post("/missions/teams/new/", {"unit": unit, "name": "", "kind": "x", "people": "0"}).status_code == 422
    )
    assert (
        county.post(
            "/missions/teams/new/", {"unit": unit, "name": "又一队", "kind": "reserve", "people": "3"}
        ).status_code
        == 422
    )
    sent = {
        "kind": "reserve",
        "purpose": "gates",
        "people": "5",
        "severity": "3",
        "from_on": str(today()),
        "until_on": str(today()),
    }
    assert clerk.post("/missions/needs/new/", sent).status_code == 303
    assert clerk.post("/missions/needs/new/", sent | {"until_on": "2020-01-01"}).status_code == 422
    page = county.get("/missions/plan/").content.decode()
    assert "农业队" in page
    line = f"{owner('select id from missions_need')[0][0]}:{owner('select id from missions_team')[0][0]}"
    assert f'value="{line}"' in page
    assert county.post("/missions/plan/", {}).status_code == 422
    assert county.post("/missions/plan/", {"line": "999:999"}).status_code == 404
    assert county.post("/missions/plan/", {"line": line}).status_code == 303
    number = owner("select id from missions_mission")[0][0]
    act = f"/missions/{number}/act/"
    assert clerk.post(act, {"act": "agree", "side": "sender"}).status_code == 404
    assert clerk.post(act, {"act": "agree", "side": "receiver"}).status_code == 303
    assert clerk.post(act, {"act": "agree", "side": "receiver"}).status_code == 409
    assert county.post(act, {"act": "agree", "side": "sender"}).status_code == 303
    assert county.post(act, {"act": "send", "turns": "9", "start": "08:00"}).status_code == 422
    assert county.post(act, {"act": "send", "turns": "2", "start": "08:00"}).status_code == 303
    assert (
        "农业局-" in clerk.get(f"/missions/{number}/").content.decode()
        or "成员" in clerk.get(f"/missions/{number}/").content.decode()
    )
    assert stage.desk("community_clerk", NEXT).get(f"/missions/{number}/").status_code == 404
    assert clerk.post(act, {"act": "arrive"}).status_code == 303
    assert county.post(act, {"act": "recall", "side": "sender"}).status_code == 303
    assert county.post(act, {"act": "return"}).status_code == 303
    assert county.post(act, {"act": "dance"}).status_code == 404
    for address in (
        "/missions/",
        f"/missions/{number}/",
        f"/missions/teams/{owner('select id from missions_team')[0][0]}/",
    ):
        assert county.get(address).status_code == 200
        assert stage.desk("command", CITY).get(address).status_code == 200
    assert "成员" not in stage.desk("command", CITY).get(f"/missions/{number}/").content.decode(), (
        "the city sees figures"
    )
