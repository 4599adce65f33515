"""Pairings through their services on the real database: what lacks, handover, what falls open, figures, refusals."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

import pytest

from lianfang.base.metrics.api import recompute
from lianfang.domain.pairings import api
from lianfang.domain.pairings.api import NewPart, Paper, Target
from lianfang.domain.pairings.metrics import ALL
from lianfang.domain.pairings.services import sweep, today
from lianfang.kernel.errors import LianfangError
from tests.domain.pairings.world import COUNTY, HERE, NEXT, TOWN, County, as_actor, build_county, figures, refused
from tests.domain.residents.offices import office, owner

pytestmark = [pytest.mark.row("B4"), pytest.mark.row("B6")]


@pytest.fixture(scope="module")
def county(database: object) -> County:
    """One county for the module; each test uses its own communities."""
    return build_county()


_next = iter(range(3, 40))


def place(county: County) -> str:
    """A community of the town that no other test uses."""
    return str(
        owner(
            "select path from areas_area where parent_path = '411621003' order by path offset %s limit 1", next(_next)
        )[0][0]
    )


def secretary(path: str, county: County, **term: Any) -> int:
    """A first secretary's pairing of a village with its unit and nobody else."""
    return api.adopt_pairings(
        actor=county.head, template="first_secretary", targets=[Target("community", path)],
        parts=[NewPart(0, "unit", organisation=county.bureau)], from_on=today(), **term,
    )[0]  # fmt: skip


def line(county: County, number: int) -> api.PairingLine:
    with as_actor(county.head):
        found = api.pairing(number)
    assert found is not None
    return found


def test_a_pairing_says_what_it_lacks_until_it_is_whole(county: County) -> None:
    at = place(county)
    number = secretary(at, county)
    assert line(county, number).lacks == ("first_secretary", "team", "equips", "family")
    assert line(county, number).state == "incomplete"
    team = owner("select id from workforce_organisation where name = '县住建局'")[0][0]
    for part in (
        NewPart(0, "first_secretary", member=county.members[0]), NewPart(0, "team", organisation=team),
        NewPart(0, "equips", text="防护物资每周送到"), NewPart(0, "family", text="老人就医由单位接送", due_on=today() + timedelta(7)),
        NewPart(0, "plan", paper=Paper("驻村计划", "村委会二楼", "http://10.0.0.2/plan")),
    ):  # fmt: skip
        api.fill_item(actor=county.head, pairing_id=number, part=part, from_on=today())
    whole = line(county, number)
    assert (whole.lacks, whole.state) == ((), "complete")
    assert whole.of("first_secretary")[0].who == "成员1-00000"
    assert whole.of("plan")[0].paper == Paper("驻村计划", "村委会二楼", "http://10.0.0.2/plan")
    family = whole.of("family")[0]
    api.mark_done(actor=county.head, part_id=family.id, on=today())
    assert line(county, number).of("family")[0].done_on == today()


def test_words_are_sealed(county: County) -> None:
    number = secretary(place(county), county)
    api.fill_item(
        actor=county.head, pairing_id=number, part=NewPart(0, "equips", text="独特的承诺文字"), from_on=today()
    )
    sealed = owner("select sealed from pairings_part where pairing_id = %s and item = 'equips'", number)[0][0]
    assert "独特的承诺文字".encode() not in bytes(sealed)


def test_a_handover_keeps_the_story_and_the_place_is_never_empty(county: County) -> None:
    number = secretary(place(county), county)
    first, second = county.members[1], county.members[2]
    part = api.fill_item(
        actor=county.head, pairing_id=number, part=NewPart(0, "first_secretary", member=first), from_on=today()
    )
    new = api.hand_over(actor=county.head, part_id=part, on=today(), note="李家老人每周二透析", member=second)
    found = line(county, number)
    assert [one.member for one in found.of("first_secretary")] == [second]
    assert found.of("first_secretary")[0].note == "李家老人每周二透析"
    assert next(one for one in found.parts if one.id == part).ended_why == "handed"
    with refused("pairings.circular_handover"):
        api.hand_over(actor=county.head, part_id=new, on=today(), note="还给他", member=first)
    with refused("pairings.circular_handover"):
        api.hand_over(actor=county.head, part_id=new, on=today(), note="给自己", member=second)
    with refused("pairings.part_over"):
        api.hand_over(actor=county.head, part_id=part, on=today(), note="再来", member=county.members[3])
    with refused("pairings.handover_day"):
        api.hand_over(actor=county.head, part_id=new, on=today() + timedelta(1), note="明天", member=county.members[3])
    with refused("pairings.words_missing"):
        api.hand_over(actor=county.head, part_id=new, on=today(), note=" ", member=county.members[3])


def open_items(number: int) -> list[str]:
    """Who has been told that a pairing stands empty, and has not been relieved."""
    return [row[0] for row in owner("select for_role from worklist_item where source = 'pairings' and what = 'open' "
                                    "and subject = %s and done_at is null", str(number))]  # fmt: skip


def test_who_leaves_leaves_no_place_empty_unseen(county: County) -> None:
    """The member's part ends in the same transaction, the office has an item, the place is an orphan; a successor closes it."""
    from tests.support.workforce import make_members

    at = place(county)
    member = make_members(county.bureau, 1)[0]
    number = api.adopt_pairings(
        actor=county.head, template="first_secretary", targets=[Target("community", at)],
        parts=[NewPart(0, "first_secretary", member=member)], from_on=today(),
    )[0]  # fmt: skip
    before = figures(COUNTY)["orphans"]["community"]
    owner("update workforce_member set left_on = %s where id = %s", today(), member)
    assert line(county, number).state == "open"
    assert open_items(number) == ["township_dispatcher"]
    assert figures(COUNTY)["orphans"]["community"] == before + 1
    with as_actor(county.head):
        mine = api.orphans(at, "community")
    assert [(one.path, one.pairing) for one in mine] == [(at, number)]
    api.fill_item(
        actor=county.head,
        pairing_id=number,
        part=NewPart(0, "first_secretary", member=county.members[4]),
        from_on=today(),
    )
    assert open_items(number) == []
    assert figures(COUNTY)["orphans"]["community"] == before
    with refused("pairings.member_left"):
        api.fill_item(actor=county.head, pairing_id=number, part=NewPart(0, "people", member=member), from_on=today())


def test_a_dissolved_unit_answers_for_nothing(county: County) -> None:
    from tests.support.workforce import make_unit

    unit = make_unit("临时工作组", path=COUNTY, kind="office")
    number = api.adopt_pairings(
        actor=county.head, template="first_secretary", targets=[Target("community", place(county))],
        parts=[NewPart(0, "unit", organisation=unit)], from_on=today(),
    )[0]  # fmt: skip
    owner("update workforce_organisation set dissolved_on = %s where id = %s", today(), unit)
    assert line(county, number).state == "open"
    with refused("pairings.unit_dissolved"):
        api.fill_item(actor=county.head, pairing_id=number, part=NewPart(0, "unit", organisation=unit), from_on=today())


def test_a_term_that_is_over_ends_by_itself(county: County) -> None:
    number = secretary(place(county), county, until_on=today())
    owner(
        "update pairings_pairing set from_on = from_on - 9, until_on = %s where id = %s", today() - timedelta(1), number
    )
    assert sweep() >= 1
    ended = line(county, number)
    assert (ended.state, ended.ended_why) == ("ended", "term")
    assert open_items(number) == []


@pytest.mark.parametrize(
    ("code", "change"),
    [
        ("pairings.term_upside_down", {"until_on": date(2020, 1, 1)}),
        ("pairings.nothing_named", {"targets": []}),
        ("pairings.template_unknown", {"template": "six_ones"}),
        ("pairings.target_unknown", {"targets": [Target("community", TOWN + "999")]}),
        ("pairings.target_kind", {"targets": [Target("building", HERE + "0001")]}),
        ("access.not_found", {"targets": [Target("community", "110101001001")]}),
        ("pairings.item_unknown", {"parts": [NewPart(0, "captain", member=1)]}),
        ("pairings.item_kind", {"parts": [NewPart(0, "unit", member=1)]}),
        ("pairings.words_missing", {"parts": [NewPart(0, "equips", text="好" * 201)]}),
        ("pairings.member_unknown", {"parts": [NewPart(0, "first_secretary", member=10**9)]}),
        ("pairings.unit_unknown", {"parts": [NewPart(0, "unit", organisation=10**9)]}),
        ("pairings.item_full", {"parts": [NewPart(0, "first_secretary", member=1), NewPart(0, "first_secretary", member=2)]}),
    ],
)  # fmt: skip
def test_bad_input_is_refused_with_a_sentence_and_writes_nothing(
    county: County, code: str, change: dict[str, Any]
) -> None:
    before = owner("select count(*) from pairings_pairing")
    given: dict[str, Any] = {
        "template": "first_secretary", "targets": [Target("community", NEXT)], "parts": [], "from_on": today(), **change,
    }  # fmt: skip
    with pytest.raises(LianfangError) as caught:
        api.adopt_pairings(actor=county.head, **given)
    assert caught.value.code == code
    assert caught.value.render("zh").strip()
    assert caught.value.render("en").strip()
    assert owner("select count(*) from pairings_pairing") == before


def test_a_second_pairing_of_the_same_template_says_who_has_it(county: County) -> None:
    at = place(county)
    number = secretary(at, county)
    with pytest.raises(LianfangError) as caught:
        secretary(at, county)
    assert caught.value.code == "pairings.taken"
    assert "县住建局" in caught.value.render("zh")
    assert str(number) in caught.value.render("en")
    api.end_pairings(actor=county.head, pairing_ids=[number], on=today())
    assert secretary(at, county) > number


def test_an_office_pairs_in_its_own_area_only(county: County) -> None:
    clerk, head = office(HERE, "community_clerk"), office(NEXT, "community_head")
    for actor in (clerk, head):
        with refused("access.not_found"):
            api.adopt_pairings(
                actor=actor,
                template="building_lead",
                targets=[Target("building", HERE + "0001")],
                parts=[],
                from_on=today(),
            )


@pytest.mark.row("B4")
def test_gates_and_nights_of_a_compound_are_taken_over_by_different_offices(county: County, incident: int) -> None:
    """Two shares of one compound by two offices; the whole remains one target."""
    from tests.support.workforce import make_unit

    other = make_unit("县民政局", path=COUNTY)
    before = figures(COUNTY)["orphans"]["compound"]
    for share, unit in (("gates", county.bureau), ("nights", other)):
        api.adopt_pairings(
            actor=county.head, template="compound_duty", targets=[Target("compound", HERE, county.compounds[0], share)],
            parts=[NewPart(0, "unit", organisation=unit)], from_on=today(), incident_id=incident,
        )  # fmt: skip
    assert figures(COUNTY)["orphans"]["compound"] == before - 1
    with refused("pairings.taken"):
        api.adopt_pairings(
            actor=county.head, template="compound_duty", targets=[Target("compound", HERE, county.compounds[0], "gates")],
            parts=[], from_on=today(), incident_id=incident,
        )  # fmt: skip
    with refused("pairings.share_unknown"):
        api.adopt_pairings(
            actor=county.head, template="compound_duty", targets=[Target("compound", HERE, county.compounds[1], "roof")],
            parts=[], from_on=today(), incident_id=incident,
        )  # fmt: skip


@pytest.fixture(scope="module")
def incident(county: County) -> int:
    """An open incident over the county."""
    from lianfang.base.vault.api import keystore

    number = owner(
        "insert into incidents_incident (name, path, playbook, edition, drill, state, proposed_by, opened_by, opened_at) "
        "values ('演练', %s, 'covid-2022', 'cn-ed8', true, 'open', 1, 2, now()) returning id", COUNTY,
    )[0][0]  # fmt: skip
    keystore().make(f"incident-{number}")
    return int(number)


@pytest.mark.row("B4")
@pytest.mark.parametrize(("template", "leads"), [("community_2022", 1), ("community_2020", 2)])
def test_five_ones_with_one_lead_or_two(county: County, incident: int, template: str, leads: int) -> None:
    """The target itself is the first of the five; two editions ask for one lead or for two."""
    number = api.adopt_pairings(
        actor=county.head, template=template, targets=[Target("community", place(county))], parts=[], from_on=today(),
        incident_id=incident,
    )[0]  # fmt: skip
    lacks = line(county, number).lacks
    assert "community" not in lacks
    with as_actor(county.head):
        book = api.template(template, incident)
    persons = [item.key for item in book.items if item.kind == "person"]
    assert len(persons) == leads
    assert set(persons) < set(lacks)
    assert len(book.items) == 5


@pytest.mark.row("B5")
def test_a_captain_and_envoys_for_a_firm_and_a_project(county: County, incident: int) -> None:
    for number, kind in ((county.firm, "enterprise"), (county.project, "project")):
        made = api.adopt_pairings(
            actor=county.head, template="enterprise_captain", targets=[Target(kind, HERE, number)], incident_id=incident,
            parts=[
                NewPart(0, "captain", member=county.members[5]), NewPart(0, "envoy", member=county.members[6]),
                NewPart(0, "envoy", member=county.members[7]), NewPart(0, "daily_meeting", text="每天17点视频会"),
            ], from_on=today(),
        )[0]  # fmt: skip
        assert line(county, made).state == "complete"
    with as_actor(county.head):
        held = api.of_unit(county.bureau)
    assert {one.place for one in held if one.kind in ("enterprise", "project")} == {"昌茂纺织", "城关供水工程"}
    assert figures(HERE)["orphans"].get("enterprise", 0) == 0


def test_playbook_templates_need_their_incident(county: County) -> None:
    with refused("pairings.template_unknown"):
        api.adopt_pairings(
            actor=county.head, template="community_2022", targets=[Target("community", NEXT)], parts=[], from_on=today()
        )


def test_every_figure_can_be_counted_again(county: County) -> None:
    """After all of the above: rows, folded changes and the identity targets = complete + incomplete + orphans agree."""
    sweep()
    assert recompute(list(ALL)) == []
    found = figures(COUNTY)
    for kind, targets in found["targets"].items():
        assert targets == sum(found.get(state, {}).get(kind, 0) for state in ("complete", "incomplete", "orphans")), (
            kind
        )
    communities = owner(
        "select count(*) from areas_area where level = 5 and ended_on is null and path like '411621%%'"
    )[0][0]
    assert found["targets"]["community"] == communities
    owner("insert into metrics_delta values ('pairings.orphans', 'community', current_date, %s, 5)", HERE)
    assert [one.kept - one.counted for one in recompute(["pairings.orphans"]) if one.path == HERE] == [5, 5]
    owner("insert into metrics_delta values ('pairings.orphans', 'community', current_date, %s, -5)", HERE)
