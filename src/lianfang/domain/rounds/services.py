"""Writes of rounds that are not facts: opening, planning sites, closing."""

from __future__ import annotations

from dataclasses import dataclass

from django.db import connection, transaction

from lianfang.base.access.api import Actor
from lianfang.base.incidents.api import incident, playbook_of
from lianfang.domain.rounds.rules import TUBE_SIZES, RoundKind
from lianfang.kernel.errors import LianfangError, define

define(
    "round.tube_size",
    status=422,
    zh="每管人数{size}不在验证过的范围内（1、5、10、20）。请改选。",
    en="A tube of {size} is not among the validated sizes (1, 5, 10, 20). Choose one of them.",
)
define(
    "round.kind",
    status=422,
    zh="没有“{kind}”这种轮次。请选核酸检测（testing）或入户摸排（screening）。",
    en="There is no kind of round '{kind}'. Choose testing or screening.",
)
define(
    "round.not_in_playbook",
    status=422,
    zh="预案“{playbook}”没有规定这种轮次（{kind}），不能开启。请改选另一种，或先在预案里补充。",
    en="The playbook '{playbook}' knows no rounds of the kind '{kind}', so none is opened. Choose the other kind.",
)
define(
    "round.questionnaire_unknown",
    status=422,
    zh="预案没有入户问卷“{given}”。请从这些里选：{known}。",
    en="The playbook has no questionnaire '{given}'. Choose one of: {known}.",
)


@dataclass(frozen=True)
class OpenedRound:
    """A round just opened, and how many people it expects."""

    id: int
    expected: int


def open_round(
    *,
    actor: Actor,
    incident_id: int,
    name: str,
    path: str,
    tube_size: int = 10,
    edition: str = "",
    kind: str = "testing",
    stop_rule: int = 0,
    questionnaire: str = "",
) -> OpenedRound:
    """Open a round over a subtree and freeze whom it expects: people, or homes for a screening.

    stop_rule: which of the playbook's rules its series follows. questionnaire: which of the playbook's a screening carries
    ('' for the first). Raises access.not_allowed, access.not_found, round.tube_size, round.kind, round.not_in_playbook or
    round.questionnaire_unknown.
    """
    if kind not in tuple(RoundKind):
        raise LianfangError("round.kind", kind=kind[:20])
    if tube_size not in TUBE_SIZES:
        raise LianfangError("round.tube_size", size=tube_size)
    if not actor.may("other", "open_round") or not actor.covers(path):
        raise LianfangError("access.not_allowed", action="open_round")
    asked = _asked(incident_id, kind, questionnaire)
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "insert into rounds_round (incident_id, kind, name, path, tube_size, edition, stop_rule, questionnaire, state, opened_by) "
            "values (%s, %s, %s, %s, %s, %s, %s, %s, 'open', %s) returning id",
            [incident_id, kind, name, path, tube_size, edition, stop_rule, asked, actor.account_id],
        )
        number = int(cursor.fetchone()[0])
        cursor.execute("select rounds_freeze(%s)", [number])
        return OpenedRound(number, int(cursor.fetchone()[0]))


def _asked(incident_id: int, kind: str, questionnaire: str) -> str:
    """A round asks what its playbook says: tubes where people are tested, a questionnaire (its key) at doors."""
    found = incident(incident_id)
    if found is None:
        raise LianfangError("access.not_found")
    book = playbook_of(found)
    if not (book.rounds.tests if kind == RoundKind.TESTING else book.door_visits):
        raise LianfangError("round.not_in_playbook", playbook=book.playbook, kind=kind)
    if kind == RoundKind.TESTING:
        return ""
    visit = book.door_visit(questionnaire)
    if visit is None:
        known = "、".join(f"{one.key} {one.zh}" for one in book.door_visits)
        raise LianfangError("round.questionnaire_unknown", given=questionnaire[:40], known=known)
    return visit.key


def add_site(*, actor: Actor, round_id: int, path: str, name: str, desks: int, samplers: int) -> int:
    """Add one sampling site of a round within the actor's scope; returns its number."""
    if not actor.covers(path):
        raise LianfangError("access.not_found")
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "insert into rounds_site (round_id, path, name, desks, samplers) values (%s, %s, %s, %s, %s) returning id",
            [round_id, path, name, desks, samplers],
        )
        return int(cursor.fetchone()[0])


def close_round(*, actor: Actor, round_id: int) -> None:
    """Close a round: no more facts are taken for it. Raises access.not_found outside the actor's rights or scope."""
    with transaction.atomic(), connection.cursor() as cursor:
        cursor.execute(
            "update rounds_round set state = 'closed', closed_at = now() where id = %s and state = 'open' returning path",
            [round_id],
        )
        if cursor.fetchone() is None:
            raise LianfangError("access.not_found")
