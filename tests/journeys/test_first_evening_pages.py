"""Pages of slips, authenticators, one's own account, accounts and trust in Chromium: both languages, phone and desk."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from cryptography.hazmat.primitives.hashes import SHA1
from cryptography.hazmat.primitives.twofactor.totp import TOTP

from lianfang.base.access import second, slips
from lianfang.base.access.api import create_account, create_grant, open_session
from lianfang.exchange.tables import write_table
from lianfang.web.accounts_table import COLUMNS
from tests.journeys.desk_server import served
from tests.support.world import COUNTY, HOME, NEXT, World, build_world

pytestmark = pytest.mark.browser
EVERY_SIZE = [("zh", "desk"), ("zh", "phone"), ("en", "desk"), ("en", "phone")]
LONG = "买买提江·阿卜杜热合曼·吐尔逊"


@pytest.fixture(scope="module")
def world(database: Any) -> World:
    """Fugou without people."""
    return build_world(homes=())


@pytest.fixture(scope="module")
def site(world: World) -> Iterator[str]:
    """The product, served."""
    with served() as address:
        yield address


def somebody(name: str) -> int:
    account = create_account(username=name, name=LONG, password="a phrase nobody guesses")
    create_grant(account_id=account, role="community_clerk", path=HOME)
    return account


@pytest.mark.parametrize(("language", "size"), EVERY_SIZE)
def test_from_the_slip_to_the_own_account(world: World, desk: Any, language: str, size: str) -> None:
    name = f"begin-{language}-{size}"
    account = somebody(name)
    made = slips.issue_as_operator(name)
    second.enrol(account, b"k" * 20, TOTP(b"k" * 20, 6, SHA1(), 30).generate(int(time.time()) - 30).decode())
    made = slips.issue_as_operator(name, "password")
    one = desk("none", language, size)
    one.go("/sign-in/")
    one.check("sign-in")
    one.go("/slip/")
    one.check("slip")
    page = one.go(f"/slip/#{made.code}")  # as the QR opens it: the code is taken in and forgotten
    page.wait_for_selector("#id_again")
    assert made.code not in page.url
    one.check("slip-password")
    page.fill("#id_password", "another phrase entirely")
    page.fill("#id_again", "another phrase entirely")
    page.click("main form button[type=submit]")
    page.wait_for_url("**/sign-in/code/")
    one.check("code")
    page.fill("#id_code", TOTP(b"k" * 20, 6, SHA1(), 30).generate(int(time.time())).decode())
    page.click("main form button[type=submit]")
    page.wait_for_url(lambda url: "/sign-in" not in url)
    one.go("/my/")
    one.check("my")
    page = one.go("/my/authenticator/")
    one.check("authenticator")
    letters = re.search(r"[A-Z2-7]{32}", page.inner_text(".secret code"))
    assert letters
    import base64

    page.fill("#id_code", TOTP(base64.b32decode(letters[0]), 6, SHA1(), 30).generate(int(time.time())).decode())
    page.fill("#id_old", "another phrase entirely")
    page.click("main form button.main[type=submit]")
    page.wait_for_selector(".codes")
    one.check("recovery")
    assert one.trouble == []


@pytest.mark.parametrize(("language", "size"), EVERY_SIZE)
def test_the_security_administrators_desk(world: World, desk: Any, language: str, size: str, tmp_path: Path) -> None:
    account = somebody(f"kept-{language}-{size}")
    open_session(account)
    one = desk(world.token("security_admin", COUNTY), language, size)
    one.go("/accounts/")
    one.check("accounts")
    one.go("/accounts/new/")
    one.check("account-new")
    page = one.go(f"/accounts/{account}/")
    one.check("account")
    page.click(f"form[action$='/{account}/slip/'] button")
    page.wait_for_selector(".slips")
    one.check("slips")
    table = tmp_path / "accounts.xlsx"
    rows = [(HOME, LONG, "社区书记"), ("没有这个村", "王芳", "社区工作者"), (NEXT, "尉迟长林", "社区工作者")]
    write_table(table, columns=COLUMNS, rows=[(*row, *(None,) * 5) for row in rows])
    page = one.go("/accounts/import/")
    one.check("import")
    page.set_input_files("#id_file", str(table))
    page.click("main form button.main[type=submit]")
    page.wait_for_selector("#verdict-title")
    one.check("import-verdicts")
    page.click("main form[action$='/take/'] button.main") if page.query_selector(
        "main form[action$='/take/']"
    ) else None
    page.wait_for_selector(".slips, #verdict-title")
    one.check("import-slips")
    assert [line for line in one.trouble if "422" not in line] == []


@pytest.mark.parametrize(("language", "size"), EVERY_SIZE)
def test_trust_without_an_authority(desk: Any, language: str, size: str) -> None:
    one = desk("none", language, size)
    one.go("/trust/")
    one.check("trust")
    assert one.trouble == []
