"""What the playbook of a round's incident says: reasons, outcomes, questions, rules, in the reader's language."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from django.utils.translation import gettext as _

from lianfang.base.incidents.api import incident, playbook_of
from lianfang.base.playbooks.api import DoorVisit, Playbook, Rounds
from lianfang.domain.rounds.models import Round
from lianfang.domain.rounds.series import Rule
from lianfang.kernel.errors import Language


def book_of(one: Round) -> Playbook | None:
    """The playbook a round runs by, asked for once a row; None when the incident can't be seen."""
    known: dict[str, Playbook | None] = one.__dict__
    if "_book" not in known:
        found = incident(one.incident_id)
        known["_book"] = playbook_of(found) if found is not None else None
    return known["_book"]


def said(named: Any, language: Language) -> str:
    """The words of something named, in one language."""
    return str(named.zh if language == "zh" else named.en)


def reason_words(one: Round, language: Language) -> dict[str, str]:
    """Key → words of the playbook's reasons for not being sampled, in its order; '' stands for none on record."""
    book = book_of(one)
    reasons = book.rounds.not_sampled_reasons if book else ()
    return {**{reason.key: said(reason, language) for reason in reasons}, "": _("No reason on record")}


def excused(one: Round) -> frozenset[str]:
    """Reasons that settle a person: nobody follows them up in this round."""
    book = book_of(one)
    return (
        frozenset(reason.key for reason in book.rounds.not_sampled_reasons if not reason.follow_up)
        if book
        else frozenset()
    )


def outcome_words(one: Round, language: Language) -> dict[str, str]:
    """Key → words of the outcomes of a visit, in the playbook's order; '' stands for no visit."""
    found = questionnaire(one)
    return {
        **{outcome.key: said(outcome, language) for outcome in (found.outcomes if found else ())},
        "": _("Not visited yet"),
    }


def questionnaire(one: Round) -> DoorVisit | None:
    """The questionnaire that a round carries from door to door; None when its playbook can't be seen or has none."""
    book = book_of(one)
    return book.door_visit(one.questionnaire) if book else None


def questionnaire_choices(book: Playbook, language: Language) -> Sequence[tuple[str, str]]:
    """The playbook's questionnaires as choices of a form, in its order."""
    return [(visit.key, said(visit, language)) for visit in book.door_visits]


def rule_of(rounds: Rounds, number: int) -> Rule:
    """The stop rule with this number as the pure module wants it."""
    given = rounds.stop_rules[min(number, len(rounds.stop_rules) - 1)]
    return Rule(given.clean_rounds, given.then_wait_days, given.final_round)


def rule_words(rounds: Rounds, number: int, language: Language) -> str:
    """Where a rule applies, in words: name and scope."""
    given = rounds.stop_rules[min(number, len(rounds.stop_rules) - 1)]
    return f"{said(given, language)} · {said(given.scope, language)}"


def rule_choices(rounds: Rounds, language: Language) -> Sequence[tuple[str, str]]:
    """The stop rules as choices of a form."""
    return [(str(number), rule_words(rounds, number, language)) for number in range(len(rounds.stop_rules))]
