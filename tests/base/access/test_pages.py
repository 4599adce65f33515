"""The desks of the administrators: looks on record, accounts and grants; separation is kept by the database."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
from django.conf import settings
from django.db import connection, connections, transaction
from django.test import Client, override_settings
from django.utils import timezone

from lianfang.base.access import accounts, looks
from lianfang.base.access.api import create_account, create_grant, enter, open_session, token_digest
from lianfang.kernel.errors import LianfangError
from tests.support.world import COUNTY, HOME, NEXT, TOWN, World


@pytest.fixture(scope="module")
def world(database):
    """Fugou's tree without people."""
    from tests.support.world import build_world

    return build_world(homes=())


@pytest.fixture(autouse=True)
def _addresses():
    with override_settings(ROOT_URLCONF="tests.base.access.urls"):
        yield


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


def text(answer, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


def one(sql: str, *parameters):
    with connections["owner"].cursor() as cursor:
        cursor.execute(sql, parameters)
        return cursor.fetchone()[0]


@pytest.fixture
def somebody() -> int:
    """A fresh account with a grant as a clerk."""
    made = create_account(
        username=f"zhang{one('select count(*) from access_account')}", name="张敏", password="right-horse"
    )
    create_grant(account_id=made, role="community_clerk", path=HOME)
    return made


def look(account: int, times: int, *, fields: str = "identity", purpose: str = "call_person", minutes: int = 5) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "insert into vault_look (at, account_id, role, person_id, path, purpose, fields) "
            "select now() - make_interval(mins => %s), %s, 'community_clerk', n, %s, %s, %s from generate_series(1, %s) n",
            [minutes, account, f"{HOME}000101001", purpose, fields, times],
        )


@pytest.fixture
def _no_looks(world: World) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("truncate vault_look")


@pytest.mark.usefixtures("_no_looks")
def test_unusual_looking_is_flagged_first(browse, somebody):
    quiet = create_account(username=f"quiet{somebody}", name="李静", password="right-horse")
    look(somebody, looks.UNUSUAL_OPENED + 3)
    look(quiet, looks.UNUSUAL_OPENED)
    look(quiet, 40, fields="name", purpose="sampling")
    auditor = browse("audit_admin", "")
    page = text(auditor.get("/looks/"))
    unusual = page.split("unusual-title")[2].split("</section>")[0]
    assert "张敏" in unusual
    assert "一小时内查看了15人" in unusual
    assert "李静" not in unusual
    assert "电话联系" in page
    assert "住户" not in page
    narrowed = text(auditor.get(f"/looks/?hours=24&account={quiet}&purpose=sampling"))
    assert narrowed.count('<tr id="look-') == 40
    assert "李静" in narrowed


@pytest.mark.usefixtures("_no_looks")
def test_an_hour_is_counted_across_the_clock(browse, somebody):
    look(somebody, 8, minutes=70)
    look(somebody, 8, minutes=5)
    assert "没有异常" in text(browse("audit_admin", "").get("/looks/"))
    look(somebody, 8, minutes=40)
    assert "一小时内查看了16人" in text(browse("audit_admin", "").get("/looks/"))


@pytest.mark.usefixtures("_no_looks")
def test_files_taken_away_are_listed_with_their_count(browse, world):
    with transaction.atomic():
        world.enter("community_clerk", HOME)
        looks.note_export("import-not-taken", HOME, 16)
    page = text(browse("audit_admin", "").get("/looks/"))
    exports = page.split("exports-title")[2]
    assert "未入账的行" in exports
    assert ">16<" in exports
    assert "测试community_clerk" in exports
    looks.note_export("nobody", HOME, 1)  # nobody has entered: nothing is written
    assert one("select count(*) from access_event where what = 'exported'") == 1


@pytest.mark.usefixtures("_no_looks")
def test_looks_are_paged_and_bounded_in_time(browse, somebody):
    auditor = browse("audit_admin", "", "en")
    assert "No look in this time" in text(auditor.get("/looks/"))
    look(somebody, 120, fields="name", purpose="visit", minutes=30 * 60)
    assert "No look in this time" in text(auditor.get("/looks/"))
    first = text(auditor.get("/looks/?hours=168"))
    assert first.count('<tr id="look-') == 100
    last = one("select min(id) from (select id from vault_look order by id desc limit 100) t")
    assert f"before={last}" in first
    assert text(auditor.get(f"/looks/?hours=168&before={last}")).count('<tr id="look-') == 20
    assert auditor.get("/looks/?hours=x&account=y&before=z&purpose=%27").status_code == 200


def test_only_the_auditor_reads_looks_only_the_security_admin_accounts(browse, somebody):
    for role, path in (("security_admin", ""), ("system_admin", ""), ("community_head", HOME), ("command", "4116")):
        assert browse(role, path).get("/looks/").status_code == 404
    for role, path in (("audit_admin", ""), ("system_admin", ""), ("community_head", HOME), ("command", "4116")):
        client = browse(role, path)
        assert client.get("/accounts/").status_code == 404
        assert client.get(f"/accounts/{somebody}/").status_code == 404
        assert client.post(f"/accounts/{somebody}/give/", {"role": "command", "code": COUNTY}).status_code == 404
        assert client.post(f"/accounts/{somebody}/sign-out/").status_code == 404
    assert one("select count(*) from access_grant where account_id = %s", somebody) == 1


def test_lending_by_time_and_ending_at_once(browse, world, somebody):
    admin = browse("security_admin", COUNTY)
    page = text(admin.get(f"/accounts/{somebody}/"))
    assert "社区工作者" in page
    until = timezone.localtime(timezone.now() + timedelta(hours=9))
    asked = {"role": "community_head", "code": NEXT, "ends_at": until.strftime("%Y-%m-%dT%H:%M")}
    answer = admin.post(f"/accounts/{somebody}/give/", asked)
    assert answer.status_code == 303, text(answer, 422)
    page = text(admin.get(answer["Location"]))
    assert "授权已生效" in page
    assert "临时" in page
    lent = one("select max(id) from access_grant where account_id = %s", somebody)
    kept = one("select ends_at from access_grant where id = %s", lent)
    assert abs(kept - until) < timedelta(minutes=1)
    token = open_session(somebody, grant_id=lent)
    client = Client()
    client.cookies[settings.SESSION_COOKIE] = token
    assert client.get(f"/residents/area/{NEXT}/").status_code == 200
    answer = admin.post(f"/accounts/{somebody}/grants/{lent}/end/")
    assert answer.status_code == 303
    assert client.get(f"/residents/area/{NEXT}/")["Location"].startswith("/sign-in/")
    assert "已经结束" in text(admin.post(f"/accounts/{somebody}/grants/{lent}/end/"), 409)
    assert one("select string_agg(what, ',' order by id) from access_event where account_id = %s and what in ('lent', 'grant_ended')",
               somebody) == "lent,grant_ended"  # fmt: skip


def test_every_session_can_be_ended(browse, somebody):
    tokens = [open_session(somebody) for _ in range(3)]
    admin = browse("security_admin", COUNTY, "en")
    assert "Live sessions" in text(admin.get(f"/accounts/{somebody}/"))
    answer = admin.post(f"/accounts/{somebody}/sign-out/")
    assert "Every session has ended" in text(admin.get(answer["Location"]))
    for token in tokens:
        with transaction.atomic():
            assert enter(token_digest(token)) is None


@pytest.mark.parametrize(
    ("asked", "status", "said"),
    [
        ({"role": "community_clerk", "code": "130921000000"}, 422, "不能授予超出自己管辖区域的权限"),
        ({"role": "command", "code": "4116" + "0" * 8}, 422, "不能授予超出自己管辖区域的权限"),
        ({"role": "command", "code": ""}, 422, "不能授予超出自己管辖区域的权限"),
        ({"role": "community_clerk", "code": "411621999999"}, 422, "找不到这个区划"),
        ({"role": "community_clerk", "code": "12345"}, 422, "找不到这个区划"),
        ({"role": "resident", "code": HOME}, 422, ""),
        ({"role": "emperor", "code": HOME}, 422, ""),
        ({"role": "community_clerk", "code": HOME}, 422, "已有同样的授权"),
        ({"role": "audit_admin", "code": COUNTY + "000000"}, 422, "须由不同账号担任"),
        ({"role": "grid_worker", "code": HOME, "grids": "不存在"}, 422, "现有网格的名称"),
        ({"role": "grid_worker", "code": HOME}, 422, "现有网格的名称"),
        ({"role": "medic", "code": HOME, "ends_at": "2020-01-01T00:00"}, 422, "到期时间已过"),
        ({"role": "medic", "code": HOME, "ends_at": "tomorrow"}, 422, ""),
    ],
)
def test_what_cannot_be_granted_is_a_sentence(browse, somebody, asked, status, said):
    page = text(browse("security_admin", COUNTY).post(f"/accounts/{somebody}/give/", asked), status)
    assert 'id="error-summary"' in page
    assert said in page
    assert one("select count(*) from access_grant where account_id = %s", somebody) == 1


def test_nothing_to_oneself(browse, world):
    admin = browse("security_admin", TOWN)
    own = one("select account_id from access_grant where role = 'security_admin' and path = %s", TOWN)
    grant = one("select id from access_grant where account_id = %s", own)
    page = text(admin.get(f"/accounts/{own}/"))
    assert "这是您自己的账号" in page
    assert "/give/" not in page
    assert "不能更改自己" in text(admin.post(f"/accounts/{own}/give/", {"role": "community_head", "code": HOME}), 422)
    assert "不能更改自己" in text(admin.post(f"/accounts/{own}/grants/{grant}/end/"), 403)
    assert "不能更改自己" in text(admin.post(f"/accounts/{own}/sign-out/"), 403)
    assert one("select count(*) from access_grant where account_id = %s and ends_at is null", own) == 1


def test_accounts_elsewhere_do_not_exist(browse, world, somebody):
    admin = browse("security_admin", "130921")
    assert f'id="account-{somebody}"' not in text(admin.get("/accounts/"))
    assert admin.get(f"/accounts/{somebody}/").status_code == 404
    assert admin.post(f"/accounts/{somebody}/give/", {"role": "medic", "code": "130921000000"}).status_code == 404
    assert admin.post(f"/accounts/{somebody}/sign-out/").status_code == 404
    grant = one("select id from access_grant where account_id = %s", somebody)
    assert admin.post(f"/accounts/{somebody}/grants/{grant}/end/").status_code == 404
    assert one("select count(*) from access_grant where id = %s and ends_at is null", grant) == 1


def test_grids_are_given_by_name(browse, world, somebody):
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "insert into areas_grid (net, path, code, name, started_on) values ('community', %s, 'g1', '第一网格', current_date), "
            "('community', %s, 'g2', '第二网格', current_date) returning id",
            [HOME, HOME],
        )
    answer = browse("security_admin", COUNTY).post(
        f"/accounts/{somebody}/give/", {"role": "grid_worker", "code": HOME, "grids": "第一网格、第二网格"}
    )
    assert answer.status_code == 303, text(answer, 422)
    assert len(one("select grids from access_grant where account_id = %s and role = 'grid_worker'", somebody)) == 2
    assert "第一网格、第二网格" in text(browse("security_admin", COUNTY).get(f"/accounts/{somebody}/"))


def test_the_database_itself_refuses(world, somebody):
    """Functions called by the pages' role without the pages: the rules stand in the database."""
    for role, path, calls in (
        ("community_head", HOME, ("select access_grant_give(%s, 'command', '4116', '{}', null, null)",)),
        ("security_admin", HOME, ("select access_grant_give(%s, 'command', '4116', '{}', null, null)",)),
        ("audit_admin", "", ("select access_sessions_close(%s)",)),
    ):
        for call in calls:
            with pytest.raises(Exception, match=r"access\."), transaction.atomic():
                world.enter(role, path)
                with connection.cursor() as cursor:
                    cursor.execute(call, [somebody])
    with transaction.atomic():
        world.enter("community_head", HOME)
        assert accounts.accounts() == []
        assert accounts.grants_of([somebody]) == []
        assert accounts.sessions_of(somebody) == []
        assert looks.names_of([somebody]) == {}
        with pytest.raises(LianfangError):
            accounts.account(somebody)


def test_lists_of_accounts_are_paged_and_searched(browse, world):
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "insert into access_account (username, name_sealed, password, language, active, failed) "
            "select 'page' || lpad(n::text, 3, '0'), (select name_sealed from access_account limit 1), 'x', '', true, 0 "
            "from generate_series(1, 60) n"
        )
    admin = browse("security_admin", COUNTY)
    first = text(admin.get("/accounts/?name=page"))
    assert first.count('<tr id="account-') == 50
    assert "after=page050" in first
    assert text(admin.get("/accounts/?name=page&after=page050")).count('<tr id="account-') == 10
    assert "没有符合的账号" in text(admin.get("/accounts/?name=nobody%25"))
