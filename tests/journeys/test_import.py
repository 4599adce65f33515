"""A community imports its roster in a real browser: drop, look at the columns, verdicts, take, correct, take back."""

from __future__ import annotations

from pathlib import Path

import pytest
from django.db import connections

from tests.domain.residents.rosters import person, write
from tests.journeys.desk_server import served
from tests.support.world import HOME, World

pytestmark = [pytest.mark.browser, pytest.mark.row("C1")]
LONG_NAME = "内蒙古自治区锡林郭勒盟西乌珠穆沁旗巴拉嘎尔高勒镇巴彦胡舒社区第三网格含临时安置点"


@pytest.fixture(scope="module")
def world(database):
    """Fugou's tree with accounts; nobody lives there yet."""
    from tests.support.world import build_world

    return build_world(homes=())


@pytest.fixture(scope="module")
def site(world: World):
    """The product."""
    with served() as address:
        yield address


@pytest.fixture
def _nobody(world: World) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "truncate residents_import_row, residents_import_file, residents_presence, residents_secret, residents_person, "
            "residents_household, areas_building cascade"
        )


def roster(folder: Path, count: int = 40) -> Path:
    """A roster with a wrong identity number, a missing name, a wrong phone and a very long employer."""
    rows = [person(number) for number in range(count)]
    rows[3]["id_no"] = rows[3]["id_no"][:-1] + ("0" if rows[3]["id_no"][-1] != "0" else "1")
    rows[7]["name"] = ""
    rows[11]["phone"] = "139"
    rows[12]["employer"] = LONG_NAME
    return write(folder / "幸福社区花名册.xlsx", rows)


def people() -> int:
    with connections["owner"].cursor() as cursor:
        cursor.execute("select count(*) from residents_person")
        return cursor.fetchone()[0]


@pytest.mark.usefixtures("_nobody")
@pytest.mark.parametrize(("language", "size"), [("zh", "desk"), ("zh", "phone"), ("en", "desk"), ("en", "phone")])
def test_from_a_file_to_the_ledger_and_back(desk, world, tmp_path, language, size):
    clerk = desk(world.token("community_clerk", HOME), language, size)
    page = clerk.go("/residents/import/")
    clerk.check("import-first")
    page.set_input_files("#id_file", roster(tmp_path))
    page.click("main form button.main")
    page.wait_for_url("**/import/look/**")
    assert page.locator("tbody select").count() == 19
    clerk.check("import-look")
    page.click("button[form=form]")
    page.wait_for_url("**/import/*/")
    assert page.locator("#rows tbody tr").count() == 3
    assert {"zh": "入账37行，留下3行", "en": "Take 37, leave 3"}[language] in page.inner_text("main")
    clerk.check("import-verdicts")
    assert people() == 0
    with page.expect_download() as found:
        page.click("a[href$='not-taken.xlsx']")
    assert found.value.path().stat().st_size > 1000
    page.click("form[action$='/take/'] button")
    page.wait_for_url("**?done=taken")
    assert page.evaluate("() => document.activeElement.classList.contains('banner')")
    clerk.check("import-taken")
    assert people() == 37
    clerk.go("/residents/")
    clerk.check("people-imported")
    clerk.go("/residents/import/")
    clerk.check("import-history")
    page.click("tbody th a")
    page.click(
        "details summary:not(.menu summary):has-text('"
        + {"zh": "撤回本次导入", "en": "Take this import back"}[language]
        + "')"
    )
    page.click("form[action$='/undo/'] button")
    page.wait_for_url("**?done=undone")
    clerk.check("import-undone")
    assert people() == 0
    assert clerk.trouble == []


@pytest.mark.usefixtures("_nobody")
def test_without_scripts_everything_works(desk, world, tmp_path):
    clerk = desk(world.token("community_clerk", HOME), java_script_enabled=False)
    page = clerk.go("/residents/import/")
    page.set_input_files("#id_file", roster(tmp_path, 16))
    page.click("main form button.main")
    page.click("button[form=form]")
    page.click("form[action$='/take/'] button")
    assert "13行已入账" in page.inner_text("main")
    assert people() == 13


@pytest.mark.usefixtures("_nobody")
def test_by_keyboard_alone(desk, world, tmp_path):
    clerk = desk(world.token("community_clerk", HOME))
    page = clerk.go("/residents/import/")
    page.set_input_files("#id_file", roster(tmp_path, 16))
    page.focus("#id_file")
    for _ in range(6):
        page.keyboard.press("Tab")
        if page.evaluate("() => document.activeElement.matches('main form button.main')"):
            break
    page.keyboard.press("Enter")
    page.wait_for_url("**/import/look/**")
    page.focus("button[form=form]")
    page.keyboard.press("Enter")
    page.wait_for_url("**/import/*/")
    page.focus("form[action$='/take/'] button")
    page.keyboard.press("Enter")
    page.wait_for_url("**?done=taken")
    assert people() == 13


@pytest.mark.usefixtures("_nobody")
@pytest.mark.parametrize("language", ["zh", "en"])
def test_a_bad_file_is_a_sentence_with_the_focus_on_it(desk, world, tmp_path, language):
    clerk = desk(world.token("community_clerk", HOME), language, "phone")
    page = clerk.go("/residents/import/")
    bad = tmp_path / "坏.xlsx"
    bad.write_bytes(b"PK\x03\x04" + b"\x00" * 300)
    page.set_input_files("#id_file", bad)
    page.click("main form button.main")
    page.wait_for_selector("#error-summary")
    page.wait_for_function("() => document.activeElement.id === 'error-summary'")
    assert {"zh": "损坏", "en": "damaged"}[language] in page.inner_text("#error-summary")
    assert page.title().startswith({"zh": "错误", "en": "Error"}[language])
    clerk.check("import-bad")
    assert people() == 0
