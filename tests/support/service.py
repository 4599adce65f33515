"""A unit in the county town, its members with papers, a community they serve, shifts they stood; fresh for every module."""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import Any

from django.conf import settings
from django.db import connections, transaction
from django.test import Client
from django.utils import timezone

from lianfang.domain.service import entering
from tests.support.workforce import lineage_of, make_members, make_unit
from tests.support.world import COUNTY, HOME, NEXT, World

NAMES = ["安宁", "白雪", "陈晨", "赵越", "朱云"]
PAPERS = [f"99010119800101{2000 + at}" for at in range(len(NAMES))]
PHONES = [f"1390000{1000 + at}" for at in range(len(NAMES))]


def owner(sql: str, *parameters: Any) -> list[tuple[Any, ...]]:
    """One statement as the owner."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(sql, list(parameters))
        return list(cursor.fetchall()) if cursor.description else []


@dataclass
class Stage:
    """Handles: the world, a unit of five, and the same of another county town office."""

    world: World
    unit: int
    members: list[int]
    posts: dict[str, int] = field(default_factory=dict)

    def code(self, member: int) -> str:
        """A code that the county made for a member."""
        with transaction.atomic():
            actor = self.world.enter("county_dispatcher", COUNTY)
            return entering.issue_links(actor=actor, members=[member])[member]

    def phone(self, member: int, answer: str = "") -> tuple[Client, str]:
        """A phone on which the member's page is open, and its address."""
        code, client = self.code(member), Client()
        reply = client.post(f"/mine/{code}/", {"answer": answer or PAPERS[self.members.index(member)][-4:]})
        assert reply.status_code == 303, reply.content.decode()
        return client, f"/mine/{code}/"

    def desk(self, role: str, path: str) -> Client:
        """Somebody signed in at an office."""
        client = Client()
        client.cookies[settings.SESSION_COOKIE] = self.world.token(role, path)
        return client

    def officer(self) -> Client:
        """The officer of the sending unit."""
        token = self.world.token("sending_unit_officer", COUNTY)
        owner("update access_grant set unit = %s where role = 'sending_unit_officer'", lineage_of(self.unit))
        client = Client()
        client.cookies[settings.SESSION_COOKIE] = token
        return client

    def post(self, path: str = HOME, *, incident: bool = True, name: str = "东门", kind: str = "gate") -> int:
        """A post at a community, of the incident unless said."""
        key = f"{path}{name}"
        if key not in self.posts:
            self.posts[key] = owner(
                "insert into duty_post (path, kind, name, code, key_unit, two_person, from_minute, to_minute, least, reserve, rest, "
                "incident_id, started_on, made_by) values (%s, %s, %s, %s, false, false, 0, 1440, 1, 0, '', %s, '2022-01-01', 1) "
                "returning id", path, kind, name, 7_000_000 + len(self.posts), self.world.incident if incident else None,
            )[0][0]  # fmt: skip
        return self.posts[key]

    def slot(self, member: int, *, hours_ago: float, length: float = 8, state: str = "left", **where: Any) -> int:
        """A shift of a member: stood (left), or still to come (published); returns its number."""
        post = self.post(**where)
        starts = timezone.now() - timedelta(hours=hours_ago)
        ends = starts + timedelta(hours=length)
        came, went = (starts, ends) if state == "left" else (starts, None) if state == "present" else (None, None)
        shift = owner(
            "insert into duty_shift (post_id, path, starts_at, ends_at, wanted, skill, leader, state) "
            "select %s, path, %s, %s, 3, '', false, 'published' from duty_post where id = %s "
            "on conflict (post_id, starts_at, ends_at, skill, leader) do update set wanted = 3 returning id", post, starts, ends, post,
        )[0][0]  # fmt: skip
        return int(owner(
            "insert into duty_slot (shift_id, post_id, path, member_id, starts_at, ends_at, state, pinned, source, breach, checked_in_at, "
            "checked_out_at, first_of_day, via, place) select %s, %s, path, %s, %s, %s, %s, false, 'roster', '', %s, %s, false, '', '' "
            "from duty_post where id = %s returning id", shift, post, member, starts, ends, state, came, went, post,
        )[0][0])  # fmt: skip


def build_stage() -> Stage:
    """The stage."""
    from tests.support.world import build_world

    Path(settings.STATIC_ROOT).mkdir(parents=True, exist_ok=True)
    world = build_world(homes=(HOME, NEXT), buildings=1, per_building=4)
    unit = make_unit("县财政局", path=COUNTY)
    members = make_members(unit, NAMES, home=NEXT, numbers=PAPERS, phones=PHONES)
    return Stage(world, unit, members)


def clear(stage: Stage) -> None:
    """Nothing of another test: codes, shifts, objections, looks."""
    stage.posts.clear()
    owner(
        "truncate workforce_link, workforce_registration, workforce_availability, service_objection, service_consent, service_look, "
        "service_total, worklist_item, duty_post, missions_need, pairings_pairing cascade"
    )
    owner("delete from workforce_presence where why in (4, 5)")
    entering._tries._seen.clear()
