"""The record of service of a county at its documented size, set-based: sums of all members in one statement.

Small by default; LIANFANG_WHOLE=1 makes the 79,700 members of a county with a month of shifts.
"""

from __future__ import annotations

import os
import time

import pytest
from django.db import connections

from tests.support.service import Stage
from tests.support.world import COUNTY, HOME

pytestmark = pytest.mark.row("I5")
WHOLE = os.environ.get("LIANFANG_WHOLE") == "1"
PEOPLE, SHIFTS = (79_700, 10) if WHOLE else (2_000, 10)
"""Members of the documents' county, and shifts of each (an assumption)."""
BAR = 60.0
"""Seconds for the sums of all: an assumption, what somebody waits for a county's table made beside the request."""


def test_the_sums_of_a_county_are_one_statement(stage: Stage) -> None:
    with connections["owner"].cursor() as cursor:
        cursor.execute("select max(id) from workforce_member")
        base = cursor.fetchone()[0]
        cursor.execute("set session_replication_role = replica")  # rows only: figures and lists are measured elsewhere
        try:
            cursor.execute(
                "insert into workforce_member (id, code, key_path, sealed, home_path, kind, sex, skills) "
                "select %s + n, 700000000000 + n, %s, sealed, %s, 'cadre', 0, '{}' from generate_series(1, %s) n, "
                "(select sealed from workforce_member order by id limit 1) one", [base, COUNTY, HOME, PEOPLE],
            )  # fmt: skip
            cursor.execute(
                "insert into duty_post (path, kind, name, code, started_on, made_by, from_minute, to_minute, least) "
                "select %s, 'gate', '门岗' || n, 710000 + n, current_date - 40, 1, 0, 1440, 0 from generate_series(1, 500) n returning id",
                [HOME],
            )
            posts = [row[0] for row in cursor.fetchall()]
            cursor.execute(
                "insert into duty_shift (post_id, path, starts_at, ends_at, wanted, state) select p, %s, current_date - 40 + d * "
                "interval '3 days' + interval '8 hours', current_date - 40 + d * interval '3 days' + interval '14 hours', 300, 'published' "
                "from unnest(%s::bigint[]) p, generate_series(0, %s) d", [HOME, posts, SHIFTS - 1],
            )  # fmt: skip
            cursor.execute(
                "insert into duty_slot (shift_id, post_id, path, member_id, starts_at, ends_at, state, source, checked_in_at, "
                "checked_out_at) select h.id, h.post_id, h.path, %s + n, h.starts_at, h.ends_at, 'left', 'roster', h.starts_at, h.ends_at "
                "from generate_series(1, %s) n join duty_shift h on h.post_id = %s + n %% 500", [base, PEOPLE, posts[0]],
            )  # fmt: skip
        finally:
            cursor.execute("set session_replication_role = origin")
        for table in ("workforce_member", "duty_slot", "duty_shift", "duty_post"):
            cursor.execute(f"analyze {table}")
        started = time.monotonic()
        cursor.execute(
            "select count(*), sum(days), sum(minutes), sum(shifts) from service_sums(array(select %s + n from generate_series(1, %s) n))",
            [base, PEOPLE],
        )
        found = tuple(map(int, cursor.fetchone()))
        seconds = time.monotonic() - started
        print(f"record of service of {PEOPLE:,} members with {PEOPLE * SHIFTS:,} shifts: {seconds:.1f} s")
        cursor.execute("truncate duty_post cascade")
        cursor.execute("delete from workforce_member where id > %s", [base])
    assert found == (PEOPLE, PEOPLE * SHIFTS, PEOPLE * SHIFTS * 360, PEOPLE * SHIFTS)
    assert seconds < BAR
