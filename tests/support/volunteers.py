"""A call with its post, an answer, an offer and a match by the owner's hand, for stages that need rows rather than a story."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from lianfang.domain.volunteers import rules, sealing
from lianfang.kernel.ids import format_code

CODES = "ABCDEFGHJKMNPQRS"
"""The last characters of the codes of answers that `stage_volunteers` makes, by number."""


def stage_volunteers(run: Callable[..., Any], community: str, unit: int, at: int) -> dict[str, str]:
    """One call of a community with an answer, an offer of a unit to its township, and a match of the two; numbers as text.

    at: a small number that is different for each community. run: a statement as the owner, returning its first value.
    """
    if at == 0:  # numbers that stand out in a page
        for order, table in enumerate(("call", "answer", "offer", "match"), start=1):
            run("select setval(%s, %s)", f"volunteers_{table}_id_seq", 66_000 + order * 1_111)
    code = "0" * 15 + CODES[at]
    said = {"name": f"欧阳{chr(0x5B50 + at)}{chr(0x6B23 + at)}", "phone": "13900000000", "address": "", "words": ""}
    post = run(
        "insert into duty_post (path, kind, name, code, key_unit, two_person, from_minute, to_minute, least, reserve, rest, "
        "started_on, made_by) "
        "values (%s, 'gate', %s, %s, false, false, 0, 1440, 0, 0, '', current_date, 999) returning id",
        community, f"志愿岗{at}", 7_000_000 + at,
    )  # fmt: skip
    shift = run(
        "insert into duty_shift (post_id, path, starts_at, ends_at, wanted, skill, leader, state) "
        "values (%s, %s, (current_date + 2) + interval '8 hours', (current_date + 2) + interval '12 hours', 3, '', false, "
        "'published') returning id",
        post, community,
    )  # fmt: skip
    call = run(
        "insert into volunteers_call (code, path, at_path, role, place, skills, first_on, last_on, closes_at, says, insurance, "
        "post_id, places, state, made_by) values (%s, %s, %s, 'gate', '东门', '{普通话}', current_date, current_date + 2, "
        "now() + interval '3 days', '', '社区投保', %s, 3, 'open', 999) returning id", 5_000_000 + at, community, community, post,
    )  # fmt: skip
    run("insert into volunteers_window (call_id, path, on_day, from_minute, to_minute, wanted, shift_id) "
        "values (%s, %s, current_date + 2, 480, 720, 3, %s)", call, community, shift)  # fmt: skip
    answer = run(
        "insert into volunteers_answer (call_id, path, code_hash, sealed, home_path, distance, skills, state, via, asked_next) "
        "values (%s, %s, %s, %s, %s, 2, '{}', 'new', 'public', false) returning id",
        call, community, rules.digest_of(code), sealing.seal(community, said), community + "0001",
    )  # fmt: skip
    run(
        "insert into volunteers_hours (answer_id, path, on_day, from_minute, to_minute) values (%s, %s, current_date + 2, 480, 1080)",
        answer,
        community,
    )
    run("insert into volunteers_word (answer_id, path, sealed) values (%s, %s, %s)", answer, community,
        sealing.seal(community, "几点集合？", sealing.WORDS))  # fmt: skip
    offer = run(
        "insert into volunteers_offer (path, organisation_id, sealed, people, skills, first_on, last_on, from_minute, to_minute, "
        "home_path, state) "
        "values (%s, %s, %s, 5, '{}', current_date, current_date + 9, 480, 1080, '', 'proposed') returning id",
        community[:9], unit, sealing.seal(community, {"words": "请求参战。"}),
    )  # fmt: skip
    match = run(
        "insert into volunteers_match (offer_id, call_id, path, people, reason, state, made_by) "
        "values (%s, %s, %s, 5, '', 'asked', 999) returning id",
        offer, call, community,
    )  # fmt: skip
    return {
        "call": str(call), "answer": str(answer), "offer": str(offer), "match": str(match), "call_code": format_code(5_000_000 + at),
        "answer_code": code,
    }  # fmt: skip
