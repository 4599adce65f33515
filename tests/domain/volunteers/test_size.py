"""The documents' size: 150 volunteers answer one community's call and its posts are filled; a list of 1,000 answers stays cheap."""

from __future__ import annotations

import os
import time
from pathlib import Path

import pytest
from django.db import connection, connections, transaction
from django.test.utils import CaptureQueriesContext

from lianfang.domain.volunteers import selectors, services
from lianfang.domain.volunteers.rules import Hours, Stated
from tests.domain.volunteers.desk import CLERK, HOME, publish, rows, tomorrow
from tests.support.world import World

pytestmark = [pytest.mark.row("D2"), pytest.mark.row("B8")]


def backend_seconds() -> float:
    """CPU seconds that the database's processes of our connections have used."""
    found = 0.0
    for alias in connections:
        with connections[alias].cursor() as cursor:
            cursor.execute("select pg_backend_pid()")
            fields = Path(f"/proc/{cursor.fetchone()[0]}/stat").read_text().rsplit(")", 1)[1].split()
            found += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return found


def test_150_volunteers_of_one_community_fill_its_posts(world: World) -> None:
    """50 places in each of three shifts of a day (D2: 150 volunteers in one community), accepted at one press of a button."""
    from django.test import Client

    hours = (Hours(420, 660, 50), Hours(660, 900, 50), Hours(900, 1140, 50))
    number, code = publish(world, hours=hours, first_on=tomorrow(), last_on=tomorrow())
    started = time.monotonic()
    for at in range(150):
        person = services.Person(name=f"志愿{at:03d}", phone=f"136{at:08d}", home=f"{HOME}000{1 + at % 2}")
        services.answer_call(code=code, path=HOME, person=person, hours=[Stated(tomorrow(), 420, 1140)], consent=True)
    answered = time.monotonic() - started
    client = Client(headers={"Authorization": f"Bearer {world.token(*CLERK)}"})
    assert (
        client.get(f"/volunteers/calls/{number}/").status_code == 200
    )  # the office reads it first; and a server has run before
    started, used, database = time.monotonic(), time.process_time(), backend_seconds()
    assert client.post(f"/volunteers/calls/{number}/accept/").status_code == 303
    accepted, used, database = time.monotonic() - started, time.process_time() - used, backend_seconds() - database
    found = rows(
        "select s.starts_at, count(*), count(distinct s.member_id) from duty_slot s join volunteers_window w on w.shift_id = s.shift_id "
        "where w.call_id = %s and s.state = 'published' group by 1 order by 1", number,
    )  # fmt: skip
    assert [(count, people) for _, count, people in found] == [(50, 50)] * 3
    assert rows(
        "select count(distinct member_id) from volunteers_answer where call_id = %s and state = 'accepted'", number
    ) == [(150,)]
    assert rows("select count(*) from workforce_secret") == [(150,)]
    print(
        f"150 answers in {answered:.1f} s, all accepted and booked in {accepted:.2f} s; CPU {used:.2f} s here, "
        f"{database:.2f} s in the database, load {os.getloadavg()[0]:.0f}"
    )
    assert answered < 60
    assert used + database < 3
    assert accepted < 30  # 3 s on a machine of its own


def test_1000_answers_are_listed_in_a_bounded_number_of_statements(world: World) -> None:
    number, code = publish(world, wanted=100, first_on=tomorrow(), last_on=tomorrow(3))
    services.answer_call(
        code=code, path=HOME, person=services.Person(name="王芳", phone="13512345678"), consent=True,
        hours=[Stated(tomorrow(step), 480, 1080) for step in (1, 2, 3)],
    )  # fmt: skip
    rows(
        "with one as (select * from volunteers_answer where call_id = %s), more as ("
        "insert into volunteers_answer (call_id, path, sealed, home_path, distance, skills, state, via, asked_next) "
        "select call_id, path, sealed, home_path, g %% 4, '{}', 'new', 'public', false from one, generate_series(1, 999) g "
        "returning id, path) "
        "insert into volunteers_hours (answer_id, path, on_day, from_minute, to_minute) "
        "select id, path, current_date + d, 480, 1080 from more, generate_series(1, 3) d",
        number,
    )
    counts, seconds = [], 0.0
    for _ in range(2):
        with transaction.atomic():
            world.enter(*CLERK)
            started = time.monotonic()
            with CaptureQueriesContext(connection) as seen:
                of = selectors.one_call(number)
                found = selectors.answers(of, selectors.windows(number))
            seconds = time.monotonic() - started
        counts.append(len(seen))
    assert len(found) == 1000
    assert [one.fit.distance for one in found] == sorted(one.fit.distance for one in found)
    assert max(counts) <= 4
    print(f"1,000 answers read, opened and ordered in {seconds:.2f} s with {counts[-1]} statements")
    assert seconds < 5
