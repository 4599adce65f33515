"""Reading the ledger: masks by role, scope by grid, looks on record, pages by keyset with a constant number of statements."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pytest

from lianfang.base.access.api import Actor
from lianfang.base.areas.api import draw_grid, load_divisions, shipped_divisions
from lianfang.cli import exporting, importing
from lianfang.domain.residents import api, ledger
from lianfang.exchange.tables import HOUSEHOLD, read_table
from lianfang.kernel.errors import LianfangError
from tests.domain.residents import rosters
from tests.domain.residents.offices import acting, office, owner, seen

HERE, THERE, COUNTY = "411621001001", "411621001002", "411621"
PEOPLE = 420
pytestmark = pytest.mark.usefixtures("database")


@pytest.fixture(scope="module")
def clerk(database: object, tmp_path_factory: pytest.TempPathFactory) -> Actor:
    load_divisions(shipped_divisions("fugou"), edition=2020)
    actor = office(HERE)
    folder = tmp_path_factory.mktemp("roster")
    file = rosters.write(folder / "a.xlsx", [rosters.person(n) for n in range(PEOPLE)])
    api.import_residents(actor=actor, path_to_file=file, area_path=HERE)
    other = rosters.write(folder / "b.xlsx", [rosters.person(n) for n in range(1000, 1010)])
    api.import_residents(actor=office(THERE), path_to_file=other, area_path=THERE)
    return actor


@pytest.fixture()
def statements(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """Every statement of the selectors."""
    done: list[str] = []
    real = ledger.run

    def counted(sql: str, parameters: Any = ()) -> Any:
        done.append(sql)
        return real(sql, parameters)

    monkeypatch.setattr("lianfang.domain.residents.selectors.run", counted)
    return done


@pytest.mark.row("C1")
def test_the_ledger_is_paged_by_keyset(clerk: Actor, statements: list[str]) -> None:
    found: list[Any] = []
    after = None
    with acting(clerk):
        while True:
            page = api.list_people(actor=clerk, path=HERE, after=after, limit=50)
            found += page.lines
            if page.after is None:
                break
            after = page.after
        assert len(statements) == -(-PEOPLE // 50)
        assert len({line.id for line in found}) == len(found) == PEOPLE == api.counts(HERE)[0]
        assert [line.path for line in found] == sorted(line.path for line in found)
    first = next(line for line in found if line.code == found[0].code)
    assert first.building == "1号楼"
    assert first.entrance == "1单元"
    assert first.door
    assert len(first.code) == 9


@pytest.mark.row("C1")
def test_masked_roles_see_no_name_and_no_door(clerk: Actor) -> None:
    medic = office(HERE, "medic")
    with acting(clerk):
        named = api.people_of_building(actor=clerk, path=HERE + "0001")
    with acting(medic):
        masked = api.people_of_building(actor=medic, path=HERE + "0001")
    assert [line.id for line in masked] == [line.id for line in named]
    assert all(line.name.endswith("*") and not line.door for line in masked)
    assert all("*" not in line.name and line.door for line in named)
    assert all("****" in line.phone for line in named)


@pytest.mark.parametrize("role", ["sampler", "system_admin", "storekeeper", "command"])
def test_roles_without_lists_get_none(clerk: Actor, role: str) -> None:
    actor = office(HERE, role)
    with acting(actor):
        with pytest.raises(LianfangError) as caught:
            api.list_people(actor=actor, path=HERE)
        assert caught.value.code == "access.not_found"
        assert seen("select count(*) from residents_presence") == [(0,)]
        assert seen("select count(*) from residents_person") == [(0,)]
        assert seen("select count(*) from residents_household") == [(0,)]


def test_a_grid_worker_sees_the_homes_of_their_grid(clerk: Actor) -> None:
    with acting(clerk):
        grid = draw_grid(community=HERE, code="01", name="一网格", buildings=[HERE + "0001"], on=date(2022, 1, 1))
    worker = office(HERE, "grid_worker", grids=[grid])
    stranger = office(HERE, "grid_worker", grids=[grid + 1])
    with acting(worker):
        homes = api.homes_of(actor=worker, path=HERE + "0001")
        assert {line.path[:16] for line in api.list_people(actor=worker, path=HERE, limit=1000).lines} == {
            HERE + "0001"
        }
        assert seen("select count(*) from residents_household") == [(len(homes),)]
        assert sum(len(home.people) for home in homes) == 384
    with acting(stranger):
        assert api.list_people(actor=stranger, path=HERE).lines == ()
        assert seen("select count(*) from residents_household") == [(0,)]


@pytest.mark.row("C1")
def test_opening_somebody_needs_a_purpose_and_is_on_record(clerk: Actor) -> None:
    owner("delete from vault_look")
    with acting(clerk):
        line = api.list_people(actor=clerk, path=HERE, limit=1).lines[0]
        opened = api.open_secret(actor=clerk, person_id=line.id, purpose="核对证件")
        assert opened["number"].startswith("99")
        assert opened["phone"].startswith("139")
    assert owner("select person_id, purpose from vault_look") == [(line.id, "核对证件")]
    with pytest.raises(LianfangError) as caught, acting(clerk):
        api.open_secret(actor=clerk, person_id=line.id, purpose=" ")
    assert caught.value.code == "vault.purpose_missing"
    with acting(clerk):
        people = api.list_people(actor=clerk, path=HERE, limit=30).lines
    with pytest.raises(LianfangError) as caught:
        for one in people:
            with acting(clerk):
                api.open_secret(actor=clerk, person_id=one.id, purpose="核对证件")
    assert caught.value.code == "vault.second_person_needed"
    assert owner("select count(*) from vault_look") == [(20,)]


def test_somebody_elsewhere_and_nobody_look_alike(clerk: Actor) -> None:
    (theirs,) = owner("select min(id) from residents_person where path like %s", THERE + "%")[0]
    answers = []
    for person in (theirs, 10**9):
        with acting(clerk):
            assert api.people_by_ids([person]) == {}
            for call in (
                lambda p: api.person(actor=clerk, person_id=p),
                lambda p: api.open_secret(actor=clerk, person_id=p, purpose="x"),
            ):
                with pytest.raises(LianfangError) as caught:
                    call(person)
                answers.append(caught.value.render())
    assert len(set(answers)) == 1


def test_a_sampler_finds_by_code_and_lists_nobody(clerk: Actor) -> None:
    with acting(clerk):
        line = api.list_people(actor=clerk, path=HERE, limit=1).lines[0]
        assert api.people_by_ids([line.id])[line.id].name == line.name
    sampler = office(HERE, "sampler")
    with acting(sampler):
        found = api.by_code(text=line.code.lower(), purpose="采样")
    assert (found.id, found.name) == (line.id, line.name)


@pytest.mark.row("C1")
def test_the_command_line_imports_exports_and_takes_back(
    clerk: Actor, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    import argparse

    parser = argparse.ArgumentParser()
    subparsers = parser.add_subparsers()
    importing.add_parser(subparsers)
    exporting.add_parser(subparsers)

    def lianfang(*words: str) -> tuple[int, str]:
        args = parser.parse_args(words)
        status = args.run(args)
        out, err = capsys.readouterr()
        return status, out + err

    file = str(rosters.write(tmp_path / "c.xlsx", [rosters.person(5000), rosters.person(5001, name=None)]))
    status, said = lianfang("import", "residents", file, "--area", HERE, "--dry-run")
    assert (status, "dry run: 2 rows, 1 new, 1 refused" in said) == (0, True)
    assert lianfang("import", "residents", file, "--area", HERE, "--strict")[0] == 1
    (number,) = owner("select max(id) from residents_import_file")[0]
    status, said = lianfang("import", "residents", "--undo", str(number))
    assert (status, "removed 1" in said) == (0, True)
    assert lianfang("import", "residents", str(tmp_path / "none.xlsx"), "--area", HERE)[0] == 1
    assert lianfang("import", "residents")[0] == 2
    status, said = lianfang("import", "residents", file, "--area", "000000000000")
    assert (status, "Traceback" in said) == (1, False)
    out = tmp_path / "roll.xlsx"
    assert lianfang("export", "residents", "--area", HERE, "--out", str(out))[0] == 0
    back = read_table(out, columns=HOUSEHOLD).read_all()
    assert len(back.rows) == PEOPLE
    assert lianfang("export", "divisions", "--area", COUNTY, "--out", str(out)) == (0, f"428 rows → {out}\n")
    buildings = tmp_path / "buildings.csv"
    buildings.write_text("小区,楼栋,层数,单元数\n新城,31号楼,6,3\n新城,,6,3\n", encoding="gb18030")
    assert "1 new buildings of 1; 1 rows refused" in lianfang("import", "buildings", str(buildings), "--area", THERE)[1]
