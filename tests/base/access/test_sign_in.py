"""Signing in, locking, sessions that end at once, grants that end by time, lending."""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
from django.db import connection, connections, transaction
from django.utils import timezone

from lianfang.base.access import services
from lianfang.base.access.actor import Actor
from lianfang.base.access.api import (
    create_account,
    create_grant,
    end_session,
    enter,
    open_session,
    sign_in,
    token_digest,
)
from lianfang.base.access.services import LOCK_AFTER, LOCK_MINUTES
from lianfang.kernel.errors import LianfangError

pytestmark = [pytest.mark.row("B1"), pytest.mark.pg15]
PASSWORD = "正确的马 battery 7"
COMMUNITY = "411621001001"


@pytest.fixture
def account(database: Any, request: pytest.FixtureRequest) -> int:
    """A community head of a new account, named after the test."""
    number = create_account(username=request.node.name, name="王芳", password=PASSWORD)
    create_grant(account_id=number, role="community_head", path=COMMUNITY)
    return number


def who(token: str) -> Actor | None:
    """Whom a token opens now."""
    with transaction.atomic():
        return enter(token_digest(token))


def refused(username: str, password: str) -> str:
    """The code of a refused attempt."""
    with pytest.raises(LianfangError) as caught:
        sign_in(username, password)
    return caught.value.code


def owner(statement: str, *values: Any) -> Any:
    """A change from outside, as the owner."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone() if cursor.description else None


def test_the_right_password_opens_a_session(account: int, request: pytest.FixtureRequest) -> None:
    found = who(sign_in(request.node.name, PASSWORD))
    assert found is not None
    assert (found.account_id, found.role, found.path, found.name, found.kind) == (
        account,
        "community_head",
        COMMUNITY,
        "王芳",
        "web",
    )
    assert found.lists
    assert found.sees("residents", "open")
    assert not found.may("other", "open_round")


def test_unknown_names_and_wrong_passwords_get_one_answer(account: int, request: pytest.FixtureRequest) -> None:
    with pytest.raises(LianfangError) as unknown:
        sign_in("nobody of this name", PASSWORD)
    with pytest.raises(LianfangError) as wrong:
        sign_in(request.node.name, "wrong")
    assert (unknown.value.code, unknown.value.render("zh")) == (wrong.value.code, wrong.value.render("zh"))
    assert refused(request.node.name, "") == refused("", "") == "session.credentials_wrong"


def test_an_unknown_name_costs_a_password_check_too(database: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    """So that the time of the answer does not tell who has an account."""
    checked: list[str] = []
    real = services.check_password
    monkeypatch.setattr(services, "check_password", lambda given, kept: checked.append(kept) or real(given, kept))
    assert refused("nobody at all", "x") == "session.credentials_wrong"
    assert checked
    assert checked[0].startswith("argon2")


def test_five_failures_lock_for_half_an_hour(account: int, request: pytest.FixtureRequest) -> None:
    name = request.node.name
    assert (LOCK_AFTER, LOCK_MINUTES) == (5, 30)
    assert [refused(name, "wrong") for _ in range(5)] == ["session.credentials_wrong"] * 5
    assert refused(name, PASSWORD) == "session.locked"
    assert refused(name, "wrong") == "session.locked"
    owner("update access_attempt set locked_until = now() - interval '1 second'")
    assert who(sign_in(name, PASSWORD)) is not None


def test_success_forgets_earlier_failures(account: int, request: pytest.FixtureRequest) -> None:
    name = request.node.name
    for _ in range(3):
        assert [refused(name, "wrong") for _ in range(4)] == ["session.credentials_wrong"] * 4
        assert who(sign_in(name, PASSWORD)) is not None
    assert owner("select failed from access_account where id = %s", account) == (0,)


def test_attempts_and_refusals_are_events(account: int, request: pytest.FixtureRequest) -> None:
    refused(request.node.name, "wrong")
    sign_in(request.node.name, PASSWORD)
    found = owner("select array_agg(what order by id) from access_event where account_id = %s", account)
    assert found == (["sign_in_refused", "signed_in"],)


def test_a_closed_account_is_an_unknown_one(account: int, request: pytest.FixtureRequest) -> None:
    token = sign_in(request.node.name, PASSWORD)
    owner("update access_account set active = false where id = %s", account)
    assert who(token) is None
    assert refused(request.node.name, PASSWORD) == "session.credentials_wrong"


def test_an_account_without_a_live_grant_says_so(database: Any) -> None:
    create_account(username="without grant", name="李", password=PASSWORD)
    assert refused("without grant", PASSWORD) == "sign_in.no_grant"
    ended = create_account(username="ended grant", name="李", password=PASSWORD)
    create_grant(account_id=ended, role="medic", path=COMMUNITY, ends_at=timezone.now() - timedelta(seconds=1))
    assert refused("ended grant", PASSWORD) == "sign_in.no_grant"


def test_nobody_signs_in_under_another_persons_grant(account: int, request: pytest.FixtureRequest) -> None:
    other = create_account(username="other", name="张", password=PASSWORD)
    grant = create_grant(account_id=other, role="command", path="4116")
    with pytest.raises(LianfangError) as caught:
        sign_in(request.node.name, PASSWORD, grant_id=grant)
    assert caught.value.code == "sign_in.no_grant"
    with pytest.raises(LianfangError):
        open_session(account, grant_id=grant)


def test_the_latest_grant_is_taken_unless_another_is_named(account: int, request: pytest.FixtureRequest) -> None:
    first = owner("select id from access_grant where account_id = %s", account)[0]
    create_grant(account_id=account, role="medic", path=COMMUNITY)
    latest, named = who(sign_in(request.node.name, PASSWORD)), who(sign_in(request.node.name, PASSWORD, grant_id=first))
    assert latest is not None
    assert named is not None
    assert (latest.role, named.role) == ("medic", "community_head")


def test_a_session_ends_at_once_and_alone(account: int) -> None:
    one, other = open_session(account), open_session(account)
    end_session(token_digest(one))
    assert who(one) is None
    assert who(other) is not None


def test_a_session_expires(account: int) -> None:
    token = open_session(account)
    owner("update access_session set expires_at = now() where account_id = %s", account)
    assert who(token) is None


def test_lending_ends_by_its_time_also_on_open_pages(account: int) -> None:
    """The session is still live; the grant behind it no longer is."""
    create_grant(account_id=account, role="medic", path=COMMUNITY, ends_at=timezone.now() + timedelta(hours=8))
    token = open_session(account)
    assert who(token) is not None
    owner("update access_grant set ends_at = now() where account_id = %s and role = 'medic'", account)
    assert who(token) is None
    again = who(open_session(account))
    assert again is not None
    assert again.role == "community_head"


def test_rights_taken_away_act_on_the_next_request(account: int) -> None:
    token = open_session(account)
    assert who(token) is not None
    owner("update access_grant set path = '411621001002' where account_id = %s", account)
    found = who(token)
    assert found is not None
    assert found.path == "411621001002"


def test_the_database_keeps_no_token(account: int) -> None:
    token = open_session(account)
    kept = owner("select token_hash from access_session where account_id = %s", account)[0]
    assert bytes(kept) == token_digest(token)
    assert token.encode() not in bytes(kept)
    assert len(token) >= 43


@pytest.mark.parametrize("token", ["", "x", "'; select 1; --", "\x00", "王" * 200])
def test_tokens_that_are_none_open_nothing(database: Any, token: str) -> None:
    assert who(token) is None
    with connection.cursor() as cursor, transaction.atomic():
        cursor.execute("select access_low()")
        assert cursor.fetchone() == (None,)


def test_a_grid_grant_without_grids_sees_no_grid(database: Any) -> None:
    number = create_account(username="no grids", name="赵", password=PASSWORD)
    create_grant(account_id=number, role="grid_worker", path=COMMUNITY)
    with transaction.atomic(), connection.cursor() as cursor:
        assert enter(token_digest(open_session(number))) is not None
        cursor.execute("select access_grids()")
        assert cursor.fetchone() == ([0],)


def test_roles_nobody_knows_are_not_granted(account: int) -> None:
    with pytest.raises(ValueError, match="unknown role"):
        create_grant(account_id=account, role="emperor", path="41")
