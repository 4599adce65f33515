"""Accounts from one table: verdicts, dry run, slips that work, loans, what is refused row by row."""

from __future__ import annotations

import io
import re
from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client
from django.utils import timezone

from lianfang.base.access import slips
from lianfang.exchange.tables import write_table
from lianfang.web.accounts_table import COLUMNS, empty_table, rows_of
from tests.support.world import COUNTY, HOME, NEXT, TOWN, World, build_world

pytestmark = pytest.mark.row("B1")


@pytest.fixture(scope="module")
def world(database: Any) -> World:
    """Fugou's 411 villages and communities."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    return build_world(homes=())


def browse(world: World, role: str = "security_admin", path: str = COUNTY) -> Client:
    client = Client()
    client.cookies[settings.SESSION_COOKIE] = world.token(role, path)
    return client


def table(*rows: tuple[Any, ...]) -> io.BytesIO:
    out = io.BytesIO()
    full = [(*row, *(None,) * (len(COLUMNS) - len(row))) for row in rows]
    write_table(out, columns=COLUMNS, rows=full)
    out.seek(0)
    out.name = "账号.xlsx"
    return out


def send(client: Client, *rows: tuple[Any, ...]) -> str:
    answer = client.post("/accounts/import/", {"file": table(*rows)})
    assert answer.status_code == 200, answer.content.decode()[:3000]
    return answer.content.decode()


def lines(page: str) -> list[list[str]]:
    body = page.split("<tbody>")[1].split("</tbody>", maxsplit=1)[0]
    cells = [re.findall(r"<t[dh][^>]*>(.*?)</t[dh]>", row, re.S) for row in body.split("</tr>")[:-1]]
    return [[re.sub(r"<[^>]+>|\s+", "", cell) for cell in row] for row in cells]


def kept(page: str) -> str:
    found = re.search(r'name="kept" value="([^"]+)"', page)
    assert found
    return found[1]


def count(sql: str, *values: Any) -> Any:
    with connections["owner"].cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()[0]


def test_every_community_gets_an_account_and_a_slip_that_works(world: World) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("select code from areas_area where level = 5 and starts_with(path, %s) order by path", [COUNTY])
        codes = [code for (code,) in cursor.fetchall()]
    assert len(codes) == 411
    client = browse(world)
    people = [(code, f"测{'甲乙丙丁戊己庚辛壬癸'[at % 10]}", "社区工作者") for at, code in enumerate(codes)]
    page = send(client, *people)
    before = count("select count(*) from access_account")
    assert {row[5] for row in lines(page)} == {"新建账号"}
    paper = client.post("/accounts/import/take/", {"kept": kept(page)}).content.decode()
    assert count("select count(*) from access_account") == before + 411
    assert paper.count('<svg class="qr"') + paper.count('class="qr"') >= 411
    found = re.findall(r"<code>(\w{4}-\w{4}-\w{4})</code>", paper)
    assert len(set(found)) == 411
    assert slips.holder_of(found[0]).username == f"{codes[0]}-1"
    again = lines(send(client, *people))
    assert {row[5] for row in again} == {"已存在"}
    assert 'name="kept"' not in paper


def test_a_dry_look_makes_nothing(world: World) -> None:
    before = count("select count(*) from access_account")
    send(browse(world), (HOME, "空看", "网格员", "", "", "第一网格"))
    assert count("select count(*) from access_account") == before


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (("411622100001", "王芳", "社区工作者"), "不在您的管辖区域内"),
        (("没有这个村", "王芳", "社区工作者"), "找不到单位"),
        ((HOME, "王芳", "皇帝"), "没有“皇帝”这个岗位"),
        ((HOME, "王芳", "居民"), "没有“居民”这个岗位"),
        ((TOWN + "000", "王芳", "社区工作者"), "不能管这么大的范围"),
        ((HOME, "王芳", "楼长"), "不能管这么大的范围"),
        ((HOME, "王芳", "社区工作者", "12345"), "电话号码不对"),
        ((HOME, "王1", "社区工作者"), "姓名应为"),
        ((HOME, "", "社区工作者"), "姓名"),
        ((HOME, "王芳", ""), "岗位"),
        ((HOME, "王芳", "社区工作者", "", "A B"), "账号由2至60位"),
        ((HOME, "王芳", "社区工作者", "", "", "", None, "2020-01-01"), "到期时间已过"),
        ((HOME, "王芳", "社区工作者", "", "", "", "2030-02-01", "2030-01-01"), "到期时间已过"),
        ((HOME, "王芳", "社区工作者", "", "", "", None, "很快"), "很快"),
    ],
)
def test_what_cannot_be_taken_says_why(world: World, row: tuple[Any, ...], said: str) -> None:
    [line] = lines(send(browse(world), row))
    assert line[5] == "已拒绝"
    assert said in line[6]


def test_a_name_that_several_units_have_needs_the_code(world: World) -> None:
    double = count(
        "select name from areas_area where starts_with(path, %s) group by name having count(*) > 1 limit 1", COUNTY
    )
    [line] = lines(send(browse(world), (double, "王芳", "社区工作者")))
    assert "请填12位区划代码" in line[6]


def test_the_same_person_twice_and_with_a_further_role(world: World) -> None:
    client = browse(world)
    until = (timezone.localdate() + timedelta(days=9)).isoformat()
    rows = [
        (HOME, "司马静", "社区工作者", "13900000001", "sima"),
        (HOME, "司马静", "社区工作者", "13900000001"),
        (NEXT, "司马静", "社区工作者", "13900000001", "", "", None, until),
    ]
    page = send(client, *rows)
    assert [row[5] for row in lines(page)] == ["已拒绝", "新建账号", "新建账号"]
    assert "与第" in lines(page)[0][6]
    paper = client.post("/accounts/import/take/", {"kept": kept(page)}).content.decode()
    assert len(re.findall(r"<code>\w{4}-\w{4}-\w{4}</code>", paper)) == 1
    account = count("select id from access_account where username = 'sima'")
    assert count("select count(*) from access_grant where account_id = %s", account) == 2
    lent = count("select ends_at from access_grant where account_id = %s and path = %s", account, NEXT)
    assert timezone.localtime(lent).date().isoformat() == until
    [line] = lines(send(client, (TOWN + "000", "司马静", "乡镇调度", "13900000001")))
    assert line[5] == "增加岗位"


def test_what_was_checked_cannot_be_changed_or_taken_by_another(world: World) -> None:
    page = send(browse(world), (HOME, "欧阳静", "社区工作者"))
    sealed = kept(page)
    for client, value in (
        (browse(world), sealed[:-8] + "AAAAAAA="),
        (browse(world), ""),
        (browse(world, path=TOWN), sealed),
    ):
        answer = client.post("/accounts/import/take/", {"kept": value})
        assert answer.status_code == 422
        assert "请重新上传" in answer.content.decode()


def test_a_row_that_only_the_database_refuses_is_refused_alone(world: World) -> None:
    client = browse(world)
    page = send(client, (HOME, "上官静", "网格员", "", "", "没有的网格"), (HOME, "诸葛静", "社区工作者", "", "zhuge"))
    assert [row[5] for row in lines(page)] == ["新建账号", "新建账号"]
    paper = client.post("/accounts/import/take/", {"kept": kept(page)}).content.decode()
    assert "zhuge" in paper
    assert "上官静" not in paper
    assert count("select count(*) from access_account where username = 'zhuge'") == 1


def test_files_that_are_none_are_sentences(world: World) -> None:
    for raw in (b"", b"PK\x03\x04 broken", b"just words"):
        sent = io.BytesIO(raw)
        sent.name = "x.xlsx"
        answer = browse(world).post("/accounts/import/", {"file": sent})
        assert answer.status_code == 422
        assert 'id="error-summary"' in answer.content.decode()


def test_the_empty_table_reads_back() -> None:
    rows, _ = rows_of(empty_table("zh"), "accounts.xlsx")
    assert [row.name for row in rows] == ["张三", "李四"]
    assert all(row.trouble is None for row in rows)
