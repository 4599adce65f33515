"""Making, ending and opening a resident's own page; objections and their answers."""

from __future__ import annotations

import hmac
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import date, timedelta
from typing import Any, Final

import msgspec
from django.db import connections, transaction

from lianfang.base.access.api import Actor
from lianfang.base.database.select import call
from lianfang.base.vault.api import standing_box
from lianfang.domain.residents.api import knows_people
from lianfang.domain.selfview.codes import digest_of, new_code
from lianfang.kernel.errors import LianfangError

LINK_DAYS: Final = 180
"""How long a printed code works: an assumption, half a year."""
WHATS: Final = ("wrong", "not_me", "looked", "leave_out", "question")
"""What a resident may object to."""
MOST_WORDS: Final = 500
WORDS: Final = b"selfview_objection.sealed"
ANSWER: Final = b"selfview_objection.answer"
SECRET: Final = b"residents_secret.sealed"


def issue_links(*, actor: Actor, people: Sequence[int], today: date, days: int = LINK_DAYS) -> dict[int, str]:
    """A fresh code for each of the given people of the caller's area, by ledger number; earlier codes of theirs end.

    The codes are returned once and never kept. Raises access.not_found.
    """
    ends_on = today + timedelta(days=days)
    codes = {person: new_code(ends_on) for person in people}
    hashes = [digest_of(code, today=today) for code in codes.values()]
    rows = call("select * from selfview_issue(%s::bigint[], %s::bytea[], %s)", [list(codes), hashes, ends_on])
    made = {row[0] for row in rows}
    return {person: code for person, code in codes.items() if person in made}


def revoke_link(*, actor: Actor, link_id: int) -> None:
    """End a code at once; raises access.not_found."""
    call("select selfview_revoke(%s)", [link_id])


def check_answer(*, code: str, answer: str, today: date) -> None:
    """Compare the answer to the second question; each try is counted and kept.

    Raises selfview.code_unknown, selfview.locked, selfview.answer_wrong.
    """
    digest = digest_of(code, today=today)
    rows = call("select * from selfview_find(%s)", [digest])
    if not rows or rows[0][4] in ("revoked", "ended"):
        raise LianfangError("selfview.code_unknown")
    _link, path, secret, born, standing = rows[0]
    if standing == "locked":
        raise LianfangError("selfview.locked")
    good = _fits(path, secret, born, answer)
    with connections["door"].cursor() as cursor:  # a connection of its own: no refused request takes the count back
        cursor.execute("select selfview_tried(%s, %s)", [digest, good])
    if not good:
        raise LianfangError("selfview.answer_wrong")


def _fits(path: str, secret: bytes | None, born_year: int, answer: str) -> bool:
    said = "".join(character for character in answer.upper() if character.isalnum())
    known = msgspec.json.decode(standing_box(path).open(secret, SECRET)) if secret is not None else {}
    number, birth = str(known.get("number", "")), str(known.get("birth", "")).replace("-", "")
    wanted = [text for text in (number[-4:] if len(number) >= 8 else "", birth) if text]
    if not wanted and born_year:
        return False  # nothing is known that only they know: the office shows them the page at the desk
    return any(hmac.compare_digest(said.encode(), text.encode()) for text in wanted)


@contextmanager
def as_oneself(code: str, *, today: date) -> Iterator[None]:
    """A transaction in the scope `self` of the person behind a code; raises selfview.code_unknown."""
    digest = digest_of(code, today=today)
    with transaction.atomic():
        if not call("select selfview_enter(%s)", [digest])[0][0]:
            raise LianfangError("selfview.code_unknown")
        yield


def object_to(*, path: str, what: str, words: str) -> int:
    """Write down what the entered resident asks or objects to; their community gets it as an item. Returns its number.

    Raises selfview.words_missing, selfview.enough_open.
    """
    if what not in WHATS or not words.strip() or len(words) > MOST_WORDS:
        raise LianfangError("selfview.words_missing")
    sealed = standing_box(path).seal(words.strip().encode(), WORDS)
    return int(call("select selfview_object(%s, %s)", [what, sealed])[0][0])


def answer_objection(*, actor: Actor, objection_id: int, path: str, words: str) -> None:
    """Answer what a resident asked; they read it on their own page. Raises selfview.words_missing, access.not_found."""
    if not words.strip() or len(words) > MOST_WORDS:
        raise LianfangError("selfview.words_missing")
    call("select selfview_answer(%s, %s)", [objection_id, standing_box(path).seal(words.strip().encode(), ANSWER)])


@knows_people
def people_with_objections(people: Any) -> set[int]:
    """People who objected to something: an import that is taken back leaves them in the ledger."""
    wanted = list(people)
    return {
        row[0] for row in call("select person_id from selfview_objection where person_id = any(%s::bigint[])", [wanted])
    }
