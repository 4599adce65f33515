"""What tests of volunteers do again and again: publish, answer, accept, read a table."""

from __future__ import annotations

from datetime import date, timedelta
from typing import Any

from django.db import connections, transaction
from django.utils import timezone

from lianfang.domain.volunteers import services
from lianfang.domain.volunteers.rules import Hours, NewCall, Stated
from lianfang.kernel.clock import beijing_day
from lianfang.kernel.ids import format_code
from tests.support.world import HOME, World

HEAD, CLERK = ("community_head", HOME), ("community_clerk", HOME)


def tomorrow(days: int = 1) -> date:
    """A day from now."""
    return beijing_day(timezone.now()) + timedelta(days=days)


def rows(statement: str, *values: Any) -> list[tuple[Any, ...]]:
    """One statement as the owner."""
    with connections["owner"].cursor() as cursor:
        cursor.execute(statement, list(values))
        return cursor.fetchall() if cursor.description else []


def make_call(wanted: int = 2, days: int = 2, **more: Any) -> NewCall:
    """A call for gate-keepers, from tomorrow, eight to twelve and fourteen to eighteen."""
    given: dict[str, Any] = {
        "role": "gate",
        "place": "东门",
        "hours": (Hours(480, 720, wanted), Hours(840, 1080, wanted)),
        "first_on": tomorrow(),
        "last_on": tomorrow(days),
        "insurance": "社区统一投保意外险",
    }
    return NewCall(**(given | more))


def publish(world: World, *, path: str = HOME, building: str = "", **more: Any) -> tuple[int, str]:
    """Publish a call as the head of a community: its number and public code."""
    with transaction.atomic():
        actor = world.enter("community_head", path)
        [number] = services.publish_call(actor=actor, paths=[path], wanted=make_call(**more), building=building)
    return number, format_code(rows("select code from volunteers_call where id = %s", number)[0][0])


def answer(
    code: str, name: str, phone: str, *, home: str = "", begins: int = 480, ends: int = 1080, days: int = 2, **more: Any
) -> services.Given:
    """Somebody answers in public, for every day of a call of so many days."""
    hours = [Stated(tomorrow(step), begins, ends) for step in range(1, days + 1)]
    person = services.Person(name=name, phone=phone, home=home, **more)
    return services.answer_call(code=code, path=HOME, person=person, hours=hours, consent=True)


def windows(call_id: int) -> list[int]:
    """The shifts of a call by time."""
    return [
        row[0]
        for row in rows("select id from volunteers_window where call_id = %s order by on_day, from_minute", call_id)
    ]


def accept(world: World, answer_id: int, chosen: list[int], **more: Any) -> int:
    """The clerk accepts somebody for shifts; the number of the member."""
    with transaction.atomic():
        actor = world.enter(*CLERK)
        return services.accept_answer(
            actor=actor, answer_id=answer_id, windows=chosen, team="红旗社区志愿服务队", **more
        )


__all__ = ["CLERK", "HEAD", "HOME", "accept", "answer", "make_call", "publish", "rows", "tomorrow", "windows"]
