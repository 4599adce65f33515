"""Whoever signs in finds a page: every role, at every place its grant can be bound to."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from django.conf import settings
from django.db import connections
from django.test import Client

from lianfang.base.access.api import create_grant, open_session
from lianfang.base.access.rules import ROLES
from lianfang.base.vault.api import system_box
from tests.support.world import COUNTY, HOME, TOWN, build_world

PLACES = {0: "", 3: COUNTY, 4: TOWN, 5: HOME, 6: HOME + "0001"}


@pytest.fixture(scope="module")
def world(database: Any) -> Any:
    """Fugou with people in one community."""
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    return build_world(homes=(HOME,))


def somebody(username: str) -> int:
    """An account without a password, so that none is hashed."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(
            "insert into access_account (username, name_sealed, password, language, active, failed) "
            "values (%s, %s, '!', '', true, 0) returning id",
            [username, system_box().seal("测试员".encode(), b"access_account.name")],
        )
        return int(cursor.fetchone()[0])


@pytest.mark.parametrize("role", [role for role in ROLES if role != "resident"])
def test_every_role_has_a_first_page_wherever_it_is_bound(world: Any, role: str) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("select path from areas_building order by path limit 1")
        places = PLACES | {6: cursor.fetchone()[0]}
    highest = ROLES[role].highest
    for level in [level for level in places if level >= highest or (highest == 0 and level == 0)]:
        account = somebody(f"{role}-{level}")
        create_grant(account_id=account, role=role, path=places[level])
        client = Client()
        client.cookies[settings.SESSION_COOKIE] = open_session(account)
        answer = client.get("/", follow=True)
        assert answer.status_code == 200, (role, level, answer.redirect_chain)
        assert "<h1" in answer.content.decode()
