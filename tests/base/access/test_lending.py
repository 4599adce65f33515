"""Roles lent by time and area: bounded by the policy in the database, ended at once, also on pages that are open."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import psycopg
import pytest
from django.conf import settings
from django.db import connection, connections, transaction
from django.test import Client
from django.utils import timezone

from lianfang.base.access import accounts, slips
from lianfang.base.access.api import create_account, create_grant, open_session
from lianfang.base.access.rules import ROLES
from lianfang.kernel.errors import LianfangError
from tests.support.world import COUNTY, HOME, NEXT, TOWN, World, build_world

pytestmark = [pytest.mark.row("B1"), pytest.mark.pg15]


@pytest.fixture(scope="module")
def world(database: Any) -> World:
    """Fugou's tree."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    return build_world(homes=(HOME,))


@pytest.fixture
def somebody(world: World, request: pytest.FixtureRequest) -> int:
    """An account with a grant as a medic."""
    made = create_account(username=request.node.name[-60:], name="张敏", password="right-horse")
    create_grant(account_id=made, role="medic", path=HOME)
    return made


def code(call: Any) -> str:
    with pytest.raises(LianfangError) as caught:
        call()
    return caught.value.code


def owner(sql: str, *values: Any) -> Any:
    with connections["owner"].cursor() as cursor:
        cursor.execute(sql, values)
        return cursor.fetchone()[0] if cursor.description else None


def test_nobody_chooses_the_kind_of_scope(world: World, somebody: int) -> None:
    """The page's role calls the function itself: there is no scope to say, and the one kept is the policy's."""
    with transaction.atomic():
        world.enter("security_admin", COUNTY)
        given = accounts.give(account_id=somebody, role="sampler", code=COUNTY + "000000")
        assert owner("select 1") == 1
    assert owner("select scope from access_grant where id = %s", given) == "post"
    with pytest.raises(Exception, match="does not exist"), transaction.atomic():
        world.enter("security_admin", COUNTY)
        with connection.cursor() as cursor:
            cursor.execute(
                "select access_grant_give(%s, 'sampler', 'area', %s, '{}'::text[], null)", [somebody, COUNTY]
            )


@pytest.mark.parametrize("role", [role for role in ROLES if role not in accounts.NOT_GIVEN])
def test_no_role_is_given_for_more_than_its_widest_area(world: World, somebody: int, role: str) -> None:
    places = {0: "", 1: "41", 2: "4116", 3: COUNTY, 4: TOWN, 5: HOME}
    token = world.token("security_admin", "").encode()
    wider = [path for level, path in places.items() if level < ROLES[role].highest]
    for path in wider:
        with (
            pytest.raises(psycopg.Error) as caught,
            psycopg.connect(_owner(), autocommit=True) as link,
            link.transaction(),
        ):
            link.execute("select * from access_enter(sha256(%s))", [token])
            link.execute("select access_grant_give(%s, %s, %s, '{}', null, null)", [somebody, role, path])
        assert caught.value.diag.message_primary in ("access.area_too_wide", "access.area_unknown"), (role, path)
    assert owner("select count(*) from access_grant where account_id = %s", somebody) == 1


def _owner() -> str:
    from lianfang.base.database.connect import APP, from_environment

    return from_environment().conninfo(APP)


def test_a_loan_begins_and_ends_by_itself(world: World, somebody: int) -> None:
    now = timezone.now()
    with transaction.atomic():
        world.enter("security_admin", COUNTY)
        lent = accounts.give(
            account_id=somebody, role="community_clerk", code=NEXT, starts_at=now + timedelta(hours=1),
            ends_at=now + timedelta(hours=9),
        )  # fmt: skip
    assert code(lambda: open_session(somebody, grant_id=lent)) == "sign_in.no_grant"
    owner("update access_grant set starts_at = now() - interval '1 minute' where id = %s", lent)
    client = Client()
    client.cookies[settings.SESSION_COOKIE] = open_session(somebody, grant_id=lent)
    assert client.get(f"/residents/area/{NEXT}/").status_code == 200
    owner("update access_grant set ends_at = now() where id = %s", lent)
    answer = client.get(f"/residents/area/{NEXT}/", headers={"HX-Request": "true"})  # a page that is open polls
    assert answer["HX-Redirect"].startswith("/sign-in/")
    assert answer.content == b""
    with transaction.atomic():
        world.enter("security_admin", COUNTY)
        wrong = code(lambda: accounts.give(
            account_id=somebody, role="community_clerk", code=NEXT, starts_at=now + timedelta(hours=9), ends_at=now + timedelta(hours=1),
        ))  # fmt: skip
    assert wrong == "access.end_past"


def test_a_slip_needs_the_whole_account_in_reach(world: World, somebody: int) -> None:
    """Somebody who also works elsewhere: their password is not this security administrator's to reset."""
    create_grant(account_id=somebody, role="medic", path="411622100001")

    def issue() -> slips.Slip:
        with transaction.atomic():
            world.enter("security_admin", COUNTY)
            return slips.issue(account_id=somebody, username="x", name="张敏", purpose="password")

    assert code(issue) == "access.above_own_area"
    owner("update access_grant set ends_at = now() where account_id = %s and path = '411622100001'", somebody)
    assert issue().purpose == "password"


def test_nobody_prints_themselves_an_auditor(world: World) -> None:
    """Slips of administrators come from the server only, and nobody prints their own."""
    for role in ("audit_admin", "system_admin", "security_admin"):
        target = create_account(username=f"target-{role}", name="李静", password="right-horse")
        create_grant(account_id=target, role=role, path=COUNTY)

        def issue(account: int = target) -> None:
            with transaction.atomic():
                world.enter("security_admin", COUNTY)
                slips.issue(account_id=account, username="x", name="李静", purpose="start")

        assert code(issue) == "access.admin_slip"
    own = owner(
        "select account_id from access_grant where role = 'security_admin' and path = %s order by id limit 1", COUNTY
    )
    assert code(lambda: issue(own)) == "access.not_to_self"


def test_the_door_only_opens_what_the_page_may_not(world: World, somebody: int) -> None:
    """Passwords and second factors are out of reach of the role that serves pages."""
    for call in (
        "select * from access_slip_find('\\x00')", "select access_slip_use('\\x00', 'x')", "select access_password_set(1, 'x', '\\x00')",
        "select * from access_second_find(1)", "select access_second_drop(1)", "select access_recovery_use(1, '\\x00')",
        "select access_slip_put(1, '\\x00', 'start', now(), 1)", "select * from access_slip", "select * from access_attempt",
        "select * from access_second_factor", "select access_name_digest('x')",
    ):  # fmt: skip
        with pytest.raises(Exception, match="permission denied"), transaction.atomic():
            world.enter("security_admin", "")
            with connection.cursor() as cursor:
                cursor.execute(call)


def test_one_session_of_somebody_is_ended(world: World, somebody: int) -> None:
    import re

    first, second = open_session(somebody), open_session(somebody)
    admin = Client()
    admin.cookies[settings.SESSION_COOKIE] = world.token("security_admin", COUNTY)
    page = admin.get(f"/accounts/{somebody}/").content.decode()
    handles = re.findall(rf"/accounts/{somebody}/sessions/(\w+)/end/", page)
    assert len(handles) == 2
    assert admin.post(f"/accounts/{somebody}/sessions/{handles[0]}/end/").status_code == 303
    clients = []
    for token in (first, second):
        client = Client()
        client.cookies[settings.SESSION_COOKIE] = token
        clients.append(client.get("/my/").status_code)
    assert sorted(clients) == [200, 302]
    assert admin.post(f"/accounts/{somebody}/sessions/{handles[0]}/end/").status_code == 404


def test_one_account_from_its_page(world: World) -> None:
    import re

    admin = Client()
    admin.cookies[settings.SESSION_COOKIE] = world.token("security_admin", COUNTY)
    asked = {"name": "诸葛静", "username": "Zhuge.1", "role": "medic", "code": TOWN + "000", "phone": "138 0000 0000"}
    answer = admin.post("/accounts/new/", asked)
    assert answer.status_code == 200, answer.content.decode()[:2000]
    page = answer.content.decode()
    [slip] = re.findall(r"<code>(\w{4}-\w{4}-\w{4})</code>", page)
    assert slips.holder_of(slip).username == "zhuge.1"
    assert b"13800000000" not in bytes(owner("select phone_sealed from access_account where username = 'zhuge.1'"))
    again = admin.post("/accounts/new/", asked)
    assert again.status_code == 422
    assert "已有人使用" in again.content.decode()
    assert owner("select count(*) from access_account where username = 'zhuge.1'") == 1
    before = owner("select count(*) from access_account")
    for change, said in (
        ({"username": "a b"}, "账号由2至60位"),
        ({"role": "command", "code": "130921000000"}, "超出自己管辖区域"),
        ({"role": "building_lead"}, "这么大的范围"),
        ({"name": "1"}, "姓名应为"),
        ({"phone": "12"}, "电话号码不对"),
    ):
        wrong = admin.post("/accounts/new/", asked | {"username": "z2"} | change)
        assert wrong.status_code == 422
        assert said in wrong.content.decode(), change
    assert owner("select count(*) from access_account") == before
