"""Importing rosters: verdicts, repetition, undo, other offices, bad files; through real accounts and real policies."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import Any

import pytest
from django.db import connections
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from lianfang.base.access.api import Actor
from lianfang.base.areas.api import load_divisions, shipped_divisions
from lianfang.domain.residents.api import (
    discard_import,
    fact_of_import,
    import_residents,
    stage_residents,
    take_residents,
    undo_import,
    write_refused_rows,
)
from lianfang.domain.residents.staged_rows import rows_of
from lianfang.exchange.tables import RETURNEE, read_table
from lianfang.kernel.errors import LianfangError
from tests.domain.residents import rosters
from tests.domain.residents.offices import acting, figures, office, owner, seen

HERE, THERE, TOWN = "411621001001", "411621001002", "411621001"
_NUMBER = rosters.person(1)["id_no"]
WRONG_CHECK = _NUMBER[:-1] + ("2" if _NUMBER[-1] == "1" else "1")
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(scope="module", autouse=True)
def tree(database: object) -> None:
    load_divisions(shipped_divisions("fugou"), edition=2020)


@pytest.fixture(autouse=True)
def empty() -> None:
    owner(
        "truncate residents_person, residents_secret, residents_presence, residents_household, residents_import_file, "
        "residents_import_row, areas_building, areas_compound, areas_grid, areas_grid_building, metrics_delta, metrics_value cascade"
    )


@pytest.fixture(scope="module")
def clerk(tree: None) -> Actor:
    return office(HERE)


@pytest.fixture(scope="module")
def neighbour(tree: None) -> Actor:
    return office(THERE)


def bring(actor: Actor, folder: Path, rows: list[dict[str, Any]], area: str = "", **options: Any) -> Any:
    file = rosters.write(folder / f"{len(list(folder.iterdir()))}.xlsx", rows)
    return import_residents(actor=actor, path_to_file=file, area_path=area or actor.path, **options)


@pytest.mark.row("C1")
def test_a_roster_becomes_people_homes_and_figures(clerk: Actor, tmp_path: Path) -> None:
    report = bring(clerk, tmp_path, [rosters.person(n) for n in range(400)])
    assert (report.rows, report.counts, report.taken) == (400, {"new": 400}, 400)
    for path in ("41", "4116", "411621", TOWN, HERE):
        assert figures(path) == {"residents.present": 400, "residents.households": 100}
    assert owner("select count(distinct code), count(*) from residents_person") == [(400, 400)]
    with acting(clerk):
        assert fact_of_import(report.file_id)["counts"] == {"new": 400, "taken": 400}


@pytest.mark.row("C1")
def test_again_all_are_the_same(clerk: Actor, tmp_path: Path) -> None:
    people = [rosters.person(n) for n in range(60)] + [
        rosters.person(n, id_no=None, id_type="暂无证件", birth_date=None) for n in range(60, 64)
    ]
    import datetime

    for row in people[60:]:
        row["birth_date"] = datetime.date(2021, 5, 1)
    first = rosters.write(tmp_path / "a.xlsx", people)
    assert import_residents(actor=clerk, path_to_file=first, area_path=HERE).counts == {"new": 64}
    repeated = import_residents(actor=clerk, path_to_file=first, area_path=HERE)
    assert (repeated.repeated, repeated.taken) == (True, 0)
    other = rosters.write(tmp_path / "b.xlsx", reversed(people), title="同一名册")
    assert import_residents(actor=clerk, path_to_file=other, area_path=HERE).counts == {"same": 64}
    assert figures(HERE)["residents.present"] == 64


def test_nothing_personal_stands_readable_in_the_database(clerk: Actor, tmp_path: Path) -> None:
    row = rosters.person(1, name="欧阳演练", employer="独一无二公司", door="七七八八")
    bring(clerk, tmp_path, [row])
    for table in (
        "residents_person",
        "residents_secret",
        "residents_household",
        "residents_import_row",
        "residents_import_file",
    ):
        for (text,) in owner(f"select t::text from {table} t"):
            for part in ("欧阳演练", row["id_no"], row["phone"], "独一无二", "七七八八"):
                assert part not in text
                assert part.encode().hex() not in text


@pytest.mark.row("A4")
def test_the_grid_a_sheet_names_holds_its_buildings_and_people(clerk: Actor, neighbour: Actor, tmp_path: Path) -> None:
    rows = [rosters.person(n, grid=f"第{n // 384 + 1}网格") for n in range(0, 800, 8)]
    bring(clerk, tmp_path, rows)
    bring(neighbour, tmp_path, [rosters.person(3001, grid="第1网格")])
    held = "select g.path, g.name, count(*) from residents_presence p join areas_grid g on g.id = p.grid_id group by 1, 2 order by 1, 2"
    assert owner(held) == [(HERE, "第1网格", 48), (HERE, "第2网格", 48), (HERE, "第3网格", 4), (THERE, "第1网格", 1)]


def test_a_dry_run_keeps_nothing(clerk: Actor, tmp_path: Path) -> None:
    report = bring(clerk, tmp_path, [rosters.person(n) for n in range(8)], dry_run=True)
    assert (report.dry_run, report.file_id, report.counts) == (True, None, {"new": 8})
    assert owner("select (select count(*) from residents_person) + (select count(*) from residents_import_row)") == [
        (0,)
    ]


def test_changes_move_people_and_keep_what_the_sheet_leaves_out(clerk: Actor, tmp_path: Path) -> None:
    bring(clerk, tmp_path, [rosters.person(n, employer="县医院") for n in range(8)])
    moved = rosters.person(3, building="9号楼", employer=None)
    called = rosters.person(5, phone="13800009999")
    report = bring(clerk, tmp_path, [moved, called, rosters.person(6)])
    assert (report.counts, report.taken) == ({"changed": 2, "same": 1}, 2)
    reasons = {
        row.row: [reason.values.get("fields") for reason in row.reasons] for row in reasons_of(clerk, report.file_id)
    }
    assert reasons == {2: ["住处"], 3: ["电话"], 4: []}
    assert figures(HERE) == {"residents.present": 8, "residents.households": 3}
    assert figures(HERE + "0002") == {"residents.present": 1, "residents.households": 1}
    assert owner("select count(*) from residents_presence where path like %s", HERE + "0002%") == [(1,)]
    again = bring(clerk, tmp_path, [rosters.person(3, building="9号楼", employer="县医院")])
    assert again.counts == {"same": 1}, "the employer was kept"


def reasons_of(actor: Actor, file_id: int) -> Any:
    with acting(actor):
        return rows_of(file_id)


@pytest.mark.parametrize(
    ("changes", "column", "code"),
    [
        ({"id_no": WRONG_CHECK}, "id_no", "identity.check_failed"),
        ({"id_no": "99000120231301123X"}, "id_no", "identity."),
        ({"name": None}, "name", "residents.name_missing"),
        ({"door": None}, "door", "residents.door_missing"),
        ({"entrance": "花园单元"}, "entrance", "residents.entrance_unreadable"),
        ({"sex": "女" if rosters.person(1)["sex"] == "男" else "男"}, "sex", "residents.sex_differs"),
        ({"birth_date": "1999-02-30"}, "birth_date", "tables.date_unreadable"),
        ({"id_type": "借书证"}, "id_type", "residents.id_type_unknown"),
        ({"id_no": None, "birth_date": None}, "birth_date", "residents."),
        ({"residence_kind": "度假"}, "residence_kind", "residents.kind_unknown"),
        ({"phone": "12"}, "phone", "residents.phone_wrong"),
        ({"community": "不存在社区"}, "community", "residents.community_unknown"),
        ({"id_no": "41010519491231002X"}, "id_no", "identity."),
    ],
)  # fmt: skip
def test_a_bad_row_is_refused_with_its_cell_and_the_others_are_taken(
    clerk: Actor, tmp_path: Path, changes: dict[str, Any], column: str, code: str
) -> None:
    report = bring(clerk, tmp_path, [rosters.person(1, **changes), rosters.person(2)])
    assert (report.counts, report.taken) == ({"refused": 1, "new": 1}, 1)
    bad = next(row for row in reasons_of(clerk, report.file_id) if row.verdict == "refused")
    assert (
        any(reason.column == column and reason.code.startswith(code) for reason in bad.reasons)
        or column == "birth_date"
    )
    assert all(sentence for sentence in bad.sentences("zh") + bad.sentences("en"))


def test_refused_rows_come_back_as_a_sheet_to_correct(clerk: Actor, tmp_path: Path) -> None:
    report = bring(clerk, tmp_path, [rosters.person(1), rosters.person(1), rosters.person(2, name=None)])
    assert report.counts == {"new": 1, "refused": 2}
    target = tmp_path / "refused.xlsx"
    assert write_refused_rows(actor=clerk, file_id=report.file_id, target=target) == 2
    back = import_residents(actor=clerk, path_to_file=target, area_path=HERE)
    assert back.counts == {"same": 1, "refused": 1}


@pytest.mark.row("C1")
def test_somebody_registered_elsewhere_is_for_a_person_and_nothing_is_told(
    clerk: Actor, neighbour: Actor, tmp_path: Path
) -> None:
    bring(clerk, tmp_path, [rosters.person(1, name="诸葛某某")])
    report = bring(neighbour, tmp_path, [rosters.person(1, name="诸葛某某"), rosters.person(2)])
    assert report.counts == {"needs_person": 1, "new": 1}
    row = next(row for row in reasons_of(neighbour, report.file_id) if row.verdict == "needs_person")
    told = " ".join(row.sentences("zh") + row.sentences("en"))
    assert [reason.code for reason in row.reasons] == ["residents.identity_to_check"]
    assert row.reasons[0].values == {}
    assert not any(part in told for part in (HERE, "诸葛", "社区居委会"))
    assert owner("select person_id from residents_import_row where verdict = 'needs_person'") == [(None,)]
    differently = bring(neighbour, tmp_path, [rosters.person(1, name="另一个名"), rosters.person(3)])
    other = next(row for row in reasons_of(neighbour, differently.file_id) if row.verdict == "needs_person")
    assert other.reasons == row.reasons, "whether the name fits is not told either"


@pytest.mark.row("C1")
def test_a_clerk_sees_only_their_own_community(clerk: Actor, neighbour: Actor, tmp_path: Path) -> None:
    mine = bring(clerk, tmp_path, [rosters.person(n) for n in range(6)])
    bring(neighbour, tmp_path, [rosters.person(n) for n in range(100, 104)])
    with acting(clerk):
        assert seen("select count(*) from residents_person") == [(6,)]
        assert seen("select count(*) from residents_presence") == [(6,)]
        assert seen("select count(*) from residents_import_row") == [(6,)]
        assert seen("select count(*) from residents_household where path like %s", THERE + "%") == [(0,)]
    with acting(neighbour):
        assert seen("select count(*) from residents_import_file where id = %s", mine.file_id) == [(0,)]
    for call in (undo_import, take_residents, discard_import):
        with pytest.raises(LianfangError) as caught:
            call(actor=neighbour, file_id=mine.file_id)
        assert caught.value.code == "residents.import_unknown"
        with pytest.raises(LianfangError) as missing:
            call(actor=neighbour, file_id=10**6)
        assert missing.value.code == caught.value.code


@pytest.mark.parametrize(
    ("role", "path"),
    [("grid_worker", HERE), ("county_dispatcher", "411622"), ("medic", HERE), ("community_clerk", THERE)],
)
def test_who_may_not_import_is_refused(role: str, path: str, tmp_path: Path) -> None:
    actor = office(path, role, grids=[1] if role == "grid_worker" else [])
    with pytest.raises(LianfangError) as caught:
        bring(actor, tmp_path, [rosters.person(1)], area=HERE)
    assert caught.value.status in (403, 404)
    assert owner("select count(*) from residents_import_file") == [(0,)]


def test_without_a_scope_nothing_is_seen(clerk: Actor, tmp_path: Path) -> None:
    bring(clerk, tmp_path, [rosters.person(1)])
    for table in (
        "residents_person",
        "residents_presence",
        "residents_household",
        "residents_import_file",
        "residents_import_row",
    ):
        assert seen(f"select count(*) from {table}") == [(0,)]
    with pytest.raises(Exception, match="permission denied"):
        seen("select * from residents_secret")


def test_undo_removes_what_nothing_touched_and_lists_the_rest(clerk: Actor, tmp_path: Path) -> None:
    first = bring(clerk, tmp_path, [rosters.person(n) for n in range(12)])
    second = bring(
        clerk,
        tmp_path,
        [rosters.person(3, phone="13800001111"), rosters.person(4), *(rosters.person(n) for n in (20, 21))],
    )
    assert second.counts == {"changed": 1, "same": 1, "new": 2}
    undone = undo_import(actor=clerk, file_id=first.file_id)
    assert (undone.removed, undone.kept) == (10, 2)
    assert figures(HERE)["residents.present"] == 4
    undone = undo_import(actor=clerk, file_id=second.file_id)
    assert (undone.removed, undone.restored, undone.kept) == (2, 1, 0)
    assert figures(HERE)["residents.present"] == 2
    again = bring(clerk, tmp_path, [rosters.person(3)])
    assert again.counts == {"same": 1}, "the old phone was put back"
    with pytest.raises(LianfangError) as caught:
        undo_import(actor=clerk, file_id=second.file_id)
    assert caught.value.code == "residents.import_wrong_state"
    assert figures(HERE)["residents.households"] == len(owner("select path from residents_household"))


def test_stage_first_then_take_chosen_rows(clerk: Actor, tmp_path: Path) -> None:
    file = rosters.write(tmp_path / "a.xlsx", [rosters.person(n) for n in range(5)])
    staged = stage_residents(actor=clerk, source=file, area_path=HERE)
    assert owner("select count(*) from residents_person") == [(0,)]
    assert take_residents(actor=clerk, file_id=staged.file_id, rows=[2, 4]).taken == 2
    assert figures(HERE)["residents.present"] == 2
    with pytest.raises(LianfangError):
        take_residents(actor=clerk, file_id=staged.file_id)


def test_a_township_roster_names_its_communities(tmp_path: Path) -> None:
    actor = office(TOWN, "township_dispatcher")
    names = dict(owner("select path, name from areas_area where path in (%s, %s)", HERE, THERE))
    rows = [rosters.person(1, community=names[HERE]), rosters.person(9, community=names[THERE]), rosters.person(17)]
    report = bring(actor, tmp_path, rows, area=TOWN)
    assert report.counts == {"new": 2, "refused": 1}
    moved = bring(actor, tmp_path, [rosters.person(1, community=names[THERE])], area=TOWN)
    assert moved.counts == {"needs_person": 1}


def test_empty_homes_are_homes_without_people(clerk: Actor, tmp_path: Path) -> None:
    empty_home = {"building": "1", "door": "999", "residence_kind": "空户"}
    assert bring(clerk, tmp_path, [empty_home, rosters.person(1)]).counts == {"new": 2}
    assert figures(HERE) == {"residents.present": 1, "residents.households": 1}
    assert owner("select state, count(*) from residents_household group by 1 order by 1") == [
        ("empty", 1),
        ("lived_in", 1),
    ]


@pytest.mark.row("C3")
def test_returnees_join_the_same_ledger(clerk: Actor, tmp_path: Path) -> None:
    bring(clerk, tmp_path, [rosters.person(1)])
    rows = [
        {**{k: rosters.person(n)[k] for k in ("name", "id_no", "phone")}, "return_date": "2022-03-10", "home_address": f"幸福路{n}号",
         "temperature": 36.5, "health_code": "绿码"}
        for n in (1, 2)
    ]  # fmt: skip
    file = rosters.write(tmp_path / "returnees.xlsx", rows, columns=RETURNEE)
    report = import_residents(actor=clerk, path_to_file=file, area_path=HERE, register="returnee")
    assert report.counts == {"changed": 1, "new": 1}
    assert owner("select kind from residents_person order by id") == [(1,), (4,)]


def test_two_offices_bring_the_same_people_at_once(clerk: Actor, neighbour: Actor, tmp_path: Path) -> None:
    people = [rosters.person(n) for n in range(300)]
    files = [rosters.write(tmp_path / f"{n}.xlsx", order) for n, order in enumerate((people, people[::-1]))]
    reports: dict[int, Any] = {}

    def work(number: int, actor: Actor) -> None:
        try:
            reports[number] = import_residents(actor=actor, path_to_file=files[number], area_path=actor.path)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=work, args=pair) for pair in ((0, clerk), (1, neighbour))]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    taken = [reports[n].counts.get("new", 0) for n in (0, 1)]
    left = [reports[n].counts.get("needs_person", 0) for n in (0, 1)]
    assert sum(taken) == 300
    assert sum(left) == 300
    assert owner("select count(*), count(distinct person_id) from residents_presence") == [(300, 300)]
    assert figures("411621")["residents.present"] == 300


@settings(max_examples=12, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.lists(
        st.tuples(
            st.integers(0, 25), st.sampled_from(["1号楼", "2#", "３栋", "附属楼"]), st.sampled_from([None, "东单元", "2"]),
            st.sampled_from(["101", "0102室", "A-3"]), st.sampled_from(["常住", "流动", None]), st.sampled_from([None, ("独居", "其他")]),
        ),
        min_size=1, max_size=14, unique_by=lambda drawn: drawn[0],
    )
)  # fmt: skip
def test_whatever_was_taken_is_the_same_next_time(
    clerk: Actor, tmp_path_factory: pytest.TempPathFactory, drawn: list[Any]
) -> None:
    folder = tmp_path_factory.mktemp("same")
    names = ("building", "entrance", "door", "residence_kind", "care_tags")
    rows = [rosters.person(number, compound=None, **dict(zip(names, rest, strict=True))) for number, *rest in drawn]
    before = bring(clerk, folder, rows)
    assert set(before.counts) <= {"new", "changed", "same"}
    again = rosters.write(folder / "again.xlsx", rows, title="again")
    assert import_residents(actor=clerk, path_to_file=again, area_path=HERE).counts == {"same": len(rows)}
    undo_ready = read_table(again, columns=rosters.HOUSEHOLD)
    assert undo_ready.header_row == 2
