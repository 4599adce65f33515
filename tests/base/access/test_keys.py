"""Slips, passwords, authenticators, recovery codes, locks: what opens an account, from the page to the database."""

from __future__ import annotations

import re
import statistics
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP
from django.conf import settings
from django.db import connections, transaction
from django.test import Client, override_settings

from lianfang.base.access import second, slips
from lianfang.base.access.api import create_account, create_grant, enter, open_session, sign_in, token_digest
from lianfang.base.access.rules import ROLES, needs_second
from lianfang.base.access.words import normal_code
from lianfang.kernel.errors import LianfangError

pytestmark = pytest.mark.row("B1")
PASSWORD = "正确的马 battery 7"
HOME = "411621001001"


@pytest.fixture(autouse=True)
def _static(database: Any) -> None:
    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)


@pytest.fixture
def asks(database: Any) -> Iterator[None]:
    """An installation with real people, where the policy asks for a second factor."""
    with override_settings(SECOND_FACTOR=True):
        yield


@pytest.fixture
def somebody(database: Any, request: pytest.FixtureRequest) -> int:
    """An account that was never begun, named after the test."""
    made = create_account(username=request.node.name, name="张敏", password=PASSWORD)
    create_grant(account_id=made, role="medic", path=HOME)
    return made


def owner(statement: str, *values: Any) -> Any:
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, values)
        return cursor.fetchone()[0] if cursor.description else None


def code_of(secret: bytes, steps: int = 0) -> str:
    """What an independent authenticator shows now, or some steps away."""
    return TOTP(secret, 6, SHA1(), 30).generate(int(time.time()) + 30 * steps).decode()


def letters_on(page: str) -> bytes:
    import base64

    found = re.search(r"<code>([A-Z2-7]{32})</code>", page)
    assert found
    return base64.b32decode(found[1])


def text(answer: Any, status: int = 200) -> str:
    assert answer.status_code == status, answer.content.decode()[:2000]
    return answer.content.decode()


# -- slips --------------------------------------------------------------------------------------------------------------


def test_a_slip_begins_an_account_and_works_once(somebody: int, request: pytest.FixtureRequest) -> None:
    slip = slips.issue_as_operator(request.node.name)
    client = Client()
    page = text(client.post("/slip/", {"code": slip.code.lower().replace("-", " ")}))
    assert "张敏" in page
    assert request.node.name in page
    assert "两次输入的新口令不一致" in text(
        client.post("/slip/", {"code": slip.code, "password": "十二个字的新口令一二三四", "again": "x" * 12}), 422
    )
    new = "十二个字的新口令一二三四"
    answer = client.post("/slip/", {"code": slip.code, "password": new, "again": new})
    assert answer.status_code == 303
    assert client.get("/my/").status_code == 200
    assert "已经用过" in text(Client().post("/slip/", {"code": slip.code}), 422)
    assert sign_in(request.node.name, new)
    with pytest.raises(LianfangError):
        sign_in(request.node.name, PASSWORD)


def test_slips_that_do_not_work_are_sentences(somebody: int, request: pytest.FixtureRequest) -> None:
    first = slips.issue_as_operator(request.node.name)
    newer = slips.issue_as_operator(request.node.name)
    said = {}
    owner("update access_slip set expires_at = now() where digest = %s", slips.digest_of(newer.code))
    for name, code in {
        "unknown": "0000-0000-0000",
        "short": "7",
        "replaced": first.code,
        "expired": newer.code,
    }.items():
        page = text(Client().post("/slip/", {"code": code}), 422)
        said[name] = re.search(r'id="id_code_error">.*?</span> (.*?)</span>', page, re.S)[1]
    assert "没有这个登录码" in said["unknown"]
    assert said["short"] == said["unknown"]
    assert "新的一张" in said["replaced"]
    assert "过期" in said["expired"]
    assert Client().post("/slip/", {}).status_code == 422


@pytest.mark.parametrize(
    ("password", "code"),
    [("short", "password.too_short"), ("19800101123456", "password.only_digits"), ("passwordpassword", "password.like_name"),
     ("1234567890a", "password.too_common"), ("liming-1980", "password.like_name")],
)  # fmt: skip
def test_weak_passwords_are_refused_with_the_reason(password: str, code: str) -> None:
    name = "passwordpassword" if code == "password.like_name" and password.startswith("pass") else "liming-1980"
    with pytest.raises(LianfangError) as caught:
        slips.check_strength(password, name if code == "password.like_name" else "wangfang", "王芳")
    assert caught.value.code == code


def test_only_one_of_two_who_bring_the_same_slip_gets_in(somebody: int, request: pytest.FixtureRequest) -> None:
    slip = slips.issue_as_operator(request.node.name)
    with connections["owner"].cursor() as cursor:  # the other one is faster, after the page was shown
        cursor.execute("update access_slip set used_at = now() where digest = %s", [slips.digest_of(slip.code)])
    with pytest.raises(LianfangError) as caught:
        slips.use(slip.code, "十二个字的新口令一二三四")
    assert caught.value.code == "slip.used"
    assert owner("select password from access_account where id = %s", somebody).startswith("argon2")


def test_the_database_keeps_no_code_and_no_plain_digest(somebody: int, request: pytest.FixtureRequest) -> None:
    import hashlib

    slip = slips.issue_as_operator(request.node.name)
    kept = bytes(
        owner("select digest from access_slip where account_id = %s and used_at is null and ended_at is null", somebody)
    )
    plain = normal_code(slip.code).encode()
    assert plain not in kept
    assert hashlib.sha256(plain).digest()[:16] != kept
    assert kept == slips.digest_of(slip.code)


def test_a_reset_ends_every_session(somebody: int, request: pytest.FixtureRequest) -> None:
    token = open_session(somebody)
    slip = slips.issue_as_operator(request.node.name, "password")
    slips.use(slip.code, "another good phrase")
    with transaction.atomic():
        assert enter(token_digest(token)) is None


# -- authenticators -----------------------------------------------------------------------------------------------------


def test_the_six_digits_are_those_of_rfc_6238() -> None:
    """Appendix B, the last six of its eight digits."""
    secret = b"12345678901234567890"
    for now, code in ((59, "287082"), (1111111109, "081804"), (1234567890, "005924"), (20000000000, "353130")):
        assert second.matching_step(secret, code, now=now) == now // 30
        assert second.matching_step(secret, f" {code[:3]} {code[3:]}", now=now + 30) == now // 30
        assert second.matching_step(secret, code, now=now + 90) is None


@pytest.mark.parametrize("role", ROLES)
def test_who_needs_one(role: str) -> None:
    """Administrators and roles that unmask, read from the policy's own words."""
    from importlib.resources import files

    from ruamel.yaml import YAML

    raw = YAML(typ="safe").load(files("lianfang.base.access").joinpath("access.yaml").read_text("utf-8"))["roles"]
    body = raw[role] | {"see": raw[role].get("see", {}) | raw.get(raw[role].get("inherits", ""), {}).get("see", {})}
    assert needs_second(role) == (role.endswith("_admin") or any("open" in levels for levels in body["see"].values()))


@pytest.mark.usefixtures("asks")
def test_the_policy_asks_sets_up_and_then_checks(database: Any, request: pytest.FixtureRequest) -> None:
    name = request.node.name
    account = create_account(username=name, name="李静", password=PASSWORD)
    create_grant(account_id=account, role="community_clerk", path=HOME)
    client = Client()
    answer = client.post("/sign-in/", {"username": name, "password": PASSWORD, "next": "/worklist/"})
    assert answer["Location"] == "/sign-in/code/"
    assert settings.SESSION_COOKIE not in client.cookies
    page = text(client.get("/sign-in/code/"))
    assert "设置验证器" in page
    assert "<svg" in page
    secret = letters_on(page)
    assert letters_on(text(client.post("/sign-in/code/", {"code": "000000"}), 422)) == secret
    first = code_of(secret)
    page = text(client.post("/sign-in/code/", {"code": first}))
    codes = re.findall(r"<code>(\w{5}-\w{5})</code>", page)
    assert len(set(codes)) == second.RECOVERY_CODES
    assert 'href="/worklist/"' in page
    assert client.get("/my/").status_code == 200
    again = Client()
    assert again.post("/sign-in/", {"username": name, "password": PASSWORD}).status_code == 303
    assert "验证码不对" in text(again.post("/sign-in/code/", {"code": first}), 422)  # a step counts once
    assert again.post("/sign-in/code/", {"code": code_of(secret, 1)}).status_code == 303
    third = Client()
    third.post("/sign-in/", {"username": name, "password": PASSWORD})
    assert third.post("/sign-in/code/", {"code": codes[0].lower()}).status_code == 303
    fourth = Client()
    fourth.post("/sign-in/", {"username": name, "password": PASSWORD})
    assert "验证码不对" in text(fourth.post("/sign-in/code/", {"code": codes[0]}), 422)
    with pytest.raises(LianfangError, match="wrong or was used"):
        sign_in(name, PASSWORD)


@pytest.mark.usefixtures("asks")
def test_wrong_codes_lock_like_wrong_passwords(somebody: int, request: pytest.FixtureRequest) -> None:
    second.enrol(somebody, b"k" * 20, code_of(b"k" * 20))
    client = Client()
    client.post("/sign-in/", {"username": request.node.name, "password": PASSWORD})
    for _ in range(second.LOCK_AFTER):
        text(client.post("/sign-in/code/", {"code": "000000"}), 422)
    assert "锁定30分钟" in text(client.post("/sign-in/code/", {"code": code_of(b"k" * 20, 1)}), 422)
    with pytest.raises(LianfangError) as caught:
        sign_in(request.node.name, PASSWORD, code=code_of(b"k" * 20, 1))
    assert caught.value.code == "session.locked"


def test_the_half_way_cookie_opens_nothing_by_itself(somebody: int, request: pytest.FixtureRequest) -> None:
    second.enrol(somebody, b"k" * 20, code_of(b"k" * 20))
    client = Client()
    client.post("/sign-in/", {"username": request.node.name, "password": PASSWORD})
    assert client.get("/my/").status_code == 302
    forged = Client()
    for value in ("", "x", client.cookies["lf_step"].value[:-4] + "AAAA"):
        forged.cookies["lf_step"] = value
        assert forged.get("/sign-in/code/")["Location"] == "/sign-in/"


def test_a_device_slip_asks_for_the_password_and_lets_the_phone_go(
    somebody: int, request: pytest.FixtureRequest
) -> None:
    second.enrol(somebody, b"k" * 20, code_of(b"k" * 20))
    slip = slips.issue_as_operator(request.node.name, "device")
    client = Client()
    assert "停用丢失的手机" in text(client.post("/slip/", {"code": slip.code}))
    assert "账号或口令不对" in text(client.post("/slip/", {"code": slip.code, "password": "wrong"}), 422)
    assert client.post("/slip/", {"code": slip.code, "password": PASSWORD}).status_code == 303
    assert owner("select count(*) from access_second_factor where account_id = %s", somebody) == 0
    assert sign_in(request.node.name, PASSWORD)


# -- locks --------------------------------------------------------------------------------------------------------------


def test_an_unknown_name_locks_like_a_known_one(somebody: int, request: pytest.FixtureRequest) -> None:
    """Same statuses, same pages, from the first failure to the lock."""
    known, unknown = [], []
    for _ in range(7):
        for name, kept in ((request.node.name, known), ("nobody-of-this-name", unknown)):
            page = text(Client().post("/sign-in/", {"username": name, "password": "wrong"}), 422)
            kept.append(re.sub(r'value="[^"]*"|content="[^"]*"|<time.*?</time>', "", page))
    assert known == unknown
    assert "锁定" in known[-1]
    assert "锁定" not in known[0]


def test_times_do_not_tell_who_has_an_account(somebody: int, request: pytest.FixtureRequest) -> None:
    """Interleaved, so that a busy machine slows both alike; argon2 makes up nearly all of it on either side."""
    spent: dict[str, list[float]] = {request.node.name: [], "nobody-at-all": []}
    for _ in range(15):
        for name, times in spent.items():
            owner("delete from access_attempt")
            began = time.process_time()
            with pytest.raises(LianfangError):
                sign_in(name, "wrong")
            times.append(time.process_time() - began)
    known, unknown = (statistics.median(times) for times in spent.values())
    print(f"known {known * 1000:.1f} ms, unknown {unknown * 1000:.1f} ms of this process's CPU")
    assert 0.6 < known / unknown < 1.7


def test_old_attempts_are_forgotten(database: Any) -> None:
    with pytest.raises(LianfangError):
        sign_in("somebody-yesterday", "x")
    owner("update access_attempt set at = now() - interval '25 hours'")
    with pytest.raises(LianfangError):
        sign_in("somebody-today", "x")
    assert owner("select count(*) from access_attempt") == 1


# -- one's own account --------------------------------------------------------------------------------------------------


def signed_in(token: str) -> Client:
    client = Client()
    client.cookies[settings.SESSION_COOKIE] = token
    return client


def test_changing_the_password_ends_the_other_sessions(somebody: int, request: pytest.FixtureRequest) -> None:
    mine, other = open_session(somebody), open_session(somebody)
    client = signed_in(mine)
    new = {"old": PASSWORD, "password": "a much longer phrase", "again": "a much longer phrase"}
    assert "账号或口令不对" in text(client.post("/my/password/", new | {"old": "wrong"}), 422)
    assert "至少10位" in text(client.post("/my/password/", new | {"password": "x", "again": "x"}), 422)
    assert client.post("/my/password/", new)["Location"] == "/my/?done=password"
    assert client.get("/my/?done=password").status_code == 200
    assert signed_in(other).get("/my/").status_code == 302
    assert sign_in(request.node.name, "a much longer phrase")


def test_my_sessions_are_seen_and_ended_by_me_alone(somebody: int) -> None:
    mine, other = open_session(somebody), open_session(somebody)
    page = text(signed_in(mine).get("/my/"))
    [handle] = re.findall(r"/my/sessions/(\w+)/end/", page)
    assert token_digest(other).hex() not in page  # the hash that opens a scope stays inside
    stranger = create_account(username=f"stranger{somebody}", name="外人", password=PASSWORD)
    create_grant(account_id=stranger, role="medic", path=HOME)
    assert signed_in(open_session(stranger)).post(f"/my/sessions/{handle}/end/").status_code == 404
    assert signed_in(mine).post(f"/my/sessions/{handle}/end/").status_code == 303
    assert signed_in(other).get("/my/").status_code == 302
    assert signed_in(mine).get("/my/").status_code == 200


def test_working_in_another_of_my_roles(somebody: int) -> None:
    lent = create_grant(account_id=somebody, role="community_head", path="411621001002")
    client = signed_in(open_session(somebody))
    first = owner("select min(id) from access_grant where account_id = %s", somebody)
    assert "/areas/411621001002/" in client.get("/")["Location"]
    old = client.cookies[settings.SESSION_COOKIE].value
    assert client.post("/my/role/", {"grant": first}).status_code == 303
    assert signed_in(old).get("/my/").status_code == 302
    with transaction.atomic():
        actor = enter(token_digest(client.cookies[settings.SESSION_COOKIE].value))
        assert actor is not None
        assert actor.grant_id == first
    other = create_account(username=f"other{somebody}", name="外人", password=PASSWORD)
    theirs = create_grant(account_id=other, role="command", path="4116")
    for wanted in (theirs, "", "x", lent + 10_000):
        assert client.post("/my/role/", {"grant": wanted}).status_code == 404


def test_replacing_my_authenticator_asks_for_the_password(somebody: int) -> None:
    client = signed_in(open_session(somebody))
    secret = letters_on(text(client.get("/my/authenticator/")))
    asked = {"code": code_of(secret), "old": "wrong"}
    assert letters_on(text(client.post("/my/authenticator/", asked), 422)) == secret
    assert owner("select count(*) from access_second_factor where account_id = %s", somebody) == 0
    assert "恢复码" in text(client.post("/my/authenticator/", asked | {"old": PASSWORD}))
    assert owner("select count(*) from access_second_factor where account_id = %s", somebody) == 1
    assert code_of(secret).encode() not in bytes(
        owner("select secret_sealed from access_second_factor where account_id = %s", somebody)
    )
