"""An accepted volunteer takes the code of their own page from the page of their answer; whoever is known from elsewhere does not."""

from __future__ import annotations

import re

import pytest
from django.test import Client

from tests.domain.volunteers.desk import HOME, accept, answer, publish, rows, windows
from tests.support.workforce import make_members, make_unit
from tests.support.world import World

pytestmark = pytest.mark.row("D2")
CODE = re.compile(r'<p class="code"><strong>([0-9A-Z -]{12,})</strong></p>')


def shown(code: str) -> str:
    """The code that the page of an answer shows when it is asked for; '' for none."""
    page = Client().post(f"/join/mine/{code}/", {"act": "page"}).content.decode()
    found = CODE.search(page)
    return found[1].replace(" ", "").replace("-", "") if found else ""


def test_the_code_opens_their_own_page_after_the_question(world: World) -> None:
    number, code = publish(world)
    given = answer(code, "钱多", "13912340081")
    assert shown(given.code) == ""  # nobody has decided yet
    accept(world, given.id, windows(number)[:1])
    first = shown(given.code)
    second = shown(given.code)  # lost it: the first one ends
    assert first
    assert second not in ("", first)
    phone = Client()
    assert phone.post(f"/mine/{second}/", {"answer": "0081"}).status_code != 303  # the end stands in lists: not enough
    assert phone.post(f"/mine/{second}/", {"answer": "13912340081"}).status_code == 303
    assert "钱" in phone.get(f"/mine/{second}/").content.decode()
    assert rows("select count(*) from workforce_link where revoked_at is null") == [(1,)]


def test_a_name_and_a_telephone_open_nobody_elses_page(world: World) -> None:
    """Somebody answers under the name and telephone of a member of a unit: they are met, and no code is given."""
    number, code = publish(world)
    given = answer(code, "李四海", "13912340082")
    member = accept(world, given.id, windows(number)[:1])
    make_members(make_unit("住建局", path=HOME), 1)
    unit = rows("select max(id) from workforce_organisation")[0][0]
    rows(
        "insert into workforce_membership (member_id, organisation_id, net, duty, from_on) values (%s, %s, 'work', 'member', current_date)",
        member, unit,
    )  # fmt: skip
    assert shown(given.code) == ""
    assert rows("select count(*) from workforce_link where member_id = %s", member) == [(0,)]
