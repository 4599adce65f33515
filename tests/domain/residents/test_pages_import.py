"""The import pages through the real routes: look at the columns, verdicts with reasons, take, take back, bad files."""

from __future__ import annotations

import io
import re
import zipfile
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from python_calamine import CalamineWorkbook

from tests.domain.residents.rosters import person, write
from tests.support.world import HOME, NEXT, TOWN, World

pytestmark = pytest.mark.row("C1")
IMPORT = "/residents/import/"


@pytest.fixture(scope="module")
def world(database):
    """Fugou's tree with accounts; nobody lives there yet."""
    from tests.support.world import build_world

    return build_world(homes=())


@pytest.fixture
def browse(world: World):
    """A browser of somebody who is signed in."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)

    def sign_in(role: str, path: str, language: str = "zh-hans") -> Client:
        client = Client()
        client.cookies[settings.SESSION_COOKIE] = world.token(role, path)
        client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
        return client

    return sign_in


@pytest.fixture(autouse=True)
def _no_imports(world: World) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "truncate residents_import_row, residents_import_file, residents_presence, residents_secret, residents_person, "
            "residents_household, areas_building cascade"
        )


def roster(tmp_path: Path, rows, name: str = "花名册.xlsx") -> io.BytesIO:
    """A sent file."""
    sent = io.BytesIO(write(tmp_path / name, rows).read_bytes())
    sent.name = name
    return sent


def text(answer, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def send(client: Client, file, area: str = HOME, register: str = "household"):
    return client.post(IMPORT, {"area": area.ljust(12, "0"), "register": register, "file": file})


def staged(client: Client, file, area: str = HOME) -> str:
    """Send a file and check its rows; returns the address of its verdicts."""
    answer = send(client, file, area)
    assert answer.status_code in (302, 303), text(answer, 422)
    answer = client.post(answer["Location"])
    assert answer.status_code == 303, text(answer, 422)
    return answer["Location"]


def people() -> int:
    with connections["owner"].cursor() as cursor:
        cursor.execute("select count(*) from residents_person")
        return cursor.fetchone()[0]


def test_from_the_file_to_the_ledger_and_back(browse, tmp_path):
    clerk = browse("community_clerk", HOME)
    assert "还没有导入过" in text(clerk.get(IMPORT))
    rows = [person(number) for number in range(20)]
    rows[3]["id_no"] = rows[3]["id_no"][:-1] + ("0" if rows[3]["id_no"][-1] != "0" else "1")
    rows[7]["name"] = ""
    answer = send(clerk, roster(tmp_path, rows))
    assert answer.status_code in (302, 303)
    page = text(clerk.get(answer["Location"]))
    assert "准确" in page
    assert rows[0]["name"] in page
    assert rows[0]["id_no"] not in page
    assert people() == 0
    answer = clerk.post(answer["Location"])
    assert answer.status_code == 303
    address = answer["Location"]
    page = text(clerk.get(address))
    assert "入账18行，留下2行" in page
    assert "校验" in page
    assert "姓名为空" in page
    assert rows[3]["id_no"] not in page
    assert page.count('<tr id="row-') == 2
    assert text(clerk.get(f"{address}?verdict=new")).count('<tr id="row-') == 18
    assert people() == 0
    answer = clerk.post(f"{address}take/")
    assert answer.status_code == 303
    page = text(clerk.get(answer["Location"]))
    assert "18行已入账" in page
    assert "撤回本次导入" in page
    assert people() == 18
    assert text(clerk.get(IMPORT)).count("花名册.xlsx") == 1
    again = text(clerk.post(f"{address}take/"), 409)
    assert "不能这样做" in again
    answer = clerk.post(f"{address}undo/")
    assert "移除18行" in text(clerk.get(answer["Location"]))
    assert people() == 0


def test_the_same_file_twice_leads_to_the_first(browse, tmp_path):
    clerk = browse("community_clerk", HOME)
    rows = [person(number) for number in range(4)]
    sent = roster(tmp_path, rows)
    first = staged(clerk, sent)
    clerk.post(f"{first}take/")
    sent.seek(0)
    again = staged(clerk, sent)
    assert again.partition("?")[0] == first
    assert "没有重复登记" in text(clerk.get(again))
    assert people() == 4


def test_the_rows_left_come_back_as_excel_with_reasons(browse, tmp_path):
    clerk = browse("community_clerk", HOME)
    rows = [person(number) for number in range(6)]
    rows[2]["phone"] = "123"
    rows[4]["sex"] = "不详"
    address = staged(clerk, roster(tmp_path, rows))
    answer = clerk.get(f"{address}not-taken.xlsx")
    assert answer["X-Rows"] == "2"
    found = CalamineWorkbook.from_filelike(io.BytesIO(answer.content)).get_sheet_by_index(0).to_python()
    head = next(row for row in found if "原行号" in row)
    lines = found[found.index(head) + 1 :]
    assert [line[head.index("姓名")] for line in lines] == [rows[2]["name"], rows[4]["name"]]
    assert "位数不对" in lines[0][head.index("原因")]
    assert "演练" in found[0][0]


def test_columns_can_be_chosen_by_hand(browse, tmp_path):
    clerk = browse("community_clerk", HOME, "en")
    lines = ["谁,哪栋,哪室,证号"] + [
        f"{p['name']},{p['building']},{p['door']},{p['id_no']}" for p in map(person, range(5))
    ]
    sent = io.BytesIO("\n".join(lines).encode("gb18030"))
    sent.name = "list.csv"
    answer = send(clerk, sent)
    assert answer.status_code in (302, 303), text(answer, 422)
    look = answer["Location"]
    page = text(clerk.get(look))
    assert "Columns that are needed and were not recognised" in page
    assert "By its values" in page
    missing = text(clerk.post(look), 422)
    assert "required column is missing" in missing
    both = text(clerk.post(look, {"column_0": "name", "column_1": "name", "column_2": "door"}), 422)
    assert "chosen twice" in both
    answer = clerk.post(look, {"column_0": "name", "column_1": "building", "column_2": "door", "column_3": "id_no"})
    assert answer.status_code == 303
    assert "Take 5" in text(clerk.get(answer["Location"]))
    assert clerk.get(look).status_code == 404


def bomb() -> bytes:
    packed = io.BytesIO()
    with zipfile.ZipFile(packed, "w", zipfile.ZIP_DEFLATED) as archive:
        archive.writestr("[Content_Types].xml", "<Types/>")
        archive.writestr("xl/workbook.xml", "<workbook/>")
        archive.writestr("xl/worksheets/sheet1.xml", b"0" * (300 << 20))
    return packed.getvalue()


@pytest.mark.parametrize(
    ("name", "data", "said"),
    [
        ("空.xlsx", b"", "文件是空的"),
        ("照片.xlsx", b"\x89PNG\r\n\x1a\n" + b"0" * 100, "请在 Excel"),
        ("坏.xlsx", b"PK\x03\x04" + b"\x00" * 200, "损坏"),
        ("炸弹.xlsx", None, "已拒绝"),
        ("杂文.csv", "今天天气很好\n明天也是".encode(), "没有找到表头"),
    ],
)
def test_every_bad_file_gets_its_sentence_and_leaves_nothing(browse, name, data, said):
    clerk = browse("community_clerk", HOME)
    sent = io.BytesIO(bomb() if data is None else data)
    sent.name = name
    page = text(send(clerk, sent), 422)
    assert said in page
    assert 'id="error-summary"' in page
    with connections["owner"].cursor() as cursor:
        cursor.execute("select count(*) from residents_import_file")
        assert cursor.fetchone()[0] == 0
    kept = Path(settings.DATA) / "uploads"
    assert not kept.is_dir() or not list(kept.glob("*.file"))


def test_no_file_is_a_sentence(browse):
    clerk = browse("community_clerk", HOME, "en")
    assert "No file was chosen" in text(clerk.post(IMPORT, {"area": HOME, "register": "household"}), 422)


def test_a_kept_file_is_sealed_and_its_senders_alone(browse, tmp_path):
    clerk = browse("community_clerk", HOME)
    rows = [person(number) for number in range(4)]
    look = send(clerk, roster(tmp_path, rows))["Location"]
    for place in (Path(settings.DATA) / "uploads").iterdir():
        assert rows[0]["name"].encode() not in place.read_bytes()
        assert b"PK\x03\x04" not in place.read_bytes()
    assert browse("community_head", HOME).get(look).status_code == 404
    assert clerk.get("/residents/import/look/nonsense/").status_code == 404
    assert clerk.get("/residents/import/look/..%2F..%2Fx/").status_code == 404
    answer = clerk.post(f"{look}forget/")
    assert "表格已丢弃" in text(clerk.get(answer["Location"]))
    assert not list((Path(settings.DATA) / "uploads").glob("*.file"))


def test_outside_the_scope_looks_like_nothing(browse, tmp_path):
    address = staged(browse("community_clerk", HOME), roster(tmp_path, [person(1)]))
    for role, path in (("community_clerk", NEXT), ("grid_worker", HOME), ("medic", TOWN), ("sampler", TOWN)):
        client = browse(role, path)
        assert client.get(address).status_code == 404
        assert client.get(f"{address}not-taken.xlsx").status_code == 404
        for step in ("take/", "undo/", "discard/"):
            assert client.post(f"{address}{step}").status_code == 404
    assert browse("grid_worker", HOME).get(IMPORT).status_code == 404
    sent = roster(tmp_path, [person(2)])
    assert send(browse("community_clerk", NEXT), sent, HOME).status_code in (404, 422)
    assert people() == 0


def test_a_township_masks_what_others_sent(browse, tmp_path):
    rows = [person(number) for number in range(4)]
    rows[1]["phone"] = "12"
    address = staged(browse("community_clerk", HOME), roster(tmp_path, rows))
    town = browse("township_dispatcher", TOWN)
    page = text(town.get(f"{address}?verdict=new"))
    assert rows[0]["name"] not in page
    assert f"{rows[0]['name'][0]}*" in page
    assert town.get(f"{address}not-taken.xlsx").status_code == 404


def test_a_form_without_its_token_is_refused(world, browse):
    client = Client(enforce_csrf_checks=True)
    client.cookies[settings.SESSION_COOKIE] = world.token("community_clerk", HOME)
    assert client.post(IMPORT, {"area": HOME}).status_code == 403


def test_long_tables_are_paged(browse, tmp_path):
    clerk = browse("community_clerk", HOME)
    address = staged(clerk, roster(tmp_path, [person(number) for number in range(130)]))
    page = text(clerk.get(address))
    assert page.count('<tr id="row-') == 100
    following = re.search(r'href="(\?[^"]*after=\d+)#rows"', page)
    assert following
    assert text(clerk.get(address + following[1])).count('<tr id="row-') == 30
    assert clerk.get(f"{address}?after=x&verdict=nonsense").status_code == 200
