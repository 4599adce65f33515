"""A post with a shift that runs and somebody expected in it, by the owner's hand, for stages that need rows rather than a story."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lianfang.kernel.ids import format_code


def stage_duty(run: Callable[..., Any], community: str, unit: int, member: int, at: int) -> dict[str, str]:
    """A key unit of a community whose member should have come an hour ago; numbers as text.

    at: a small number that is different for each community. run: a statement as the owner, returning its first value.
    """
    if at == 0:  # numbers that stand out in a page
        run(
            "select setval('duty_slot_id_seq', 77123456), setval('duty_swap_id_seq', 77223456), setval('duty_reserve_id_seq', 77323456), "
            "setval('duty_shift_id_seq', 77423456)"
        )
    post = run(
        "insert into duty_post (id, path, kind, name, code, organisation_id, lead_member, key_unit, started_on, reserve, made_by) "
        "values (%s, %s, 'key_unit', %s, %s, %s, %s, true, current_date - 1, 2, 999) returning id",
        77_000_000 + at, community, f"水厂{at}", 7_700_000 + at, unit, member,
    )  # fmt: skip
    shift = run(
        "insert into duty_shift (post_id, path, starts_at, ends_at, wanted, leader, state) "
        "values (%s, %s, now() - interval '1 hour', now() + interval '7 hours', 2, true, 'published') returning id", post, community,
    )  # fmt: skip
    slot = run(
        "insert into duty_slot (shift_id, post_id, path, member_id, starts_at, ends_at, state) "
        "select id, post_id, path, %s, starts_at, ends_at, 'published' from duty_shift where id = %s returning id", member, shift,
    )  # fmt: skip
    run(
        "insert into duty_reserve (post_id, path, member_id, since_on) values (%s, %s, %s, current_date)",
        post,
        community,
        member,
    )
    run("insert into duty_upkeep (path, organisation_id, member_id, equipment, since_on) values (%s, %s, %s, '呼吸机', current_date)",
        community, unit, member)  # fmt: skip
    run("insert into duty_attendance (post_id, path, day, staff, present, leader, confirmed_by) "
        "values (%s, %s, current_date - 1, 10, 8, true, 999)", post, community)  # fmt: skip
    return {"post": str(post), "slot": str(slot), "duty_shift": str(shift), "post_code": format_code(7_700_000 + at)}
