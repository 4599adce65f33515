"""Writes of offers to serve: made by a unit or a person, matched with a call, agreed by both sides or declined with thanks."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta
from typing import Any, Final, Literal

from django.db import transaction
from django.utils import timezone

from lianfang.base.access.api import Actor, scoped
from lianfang.base.database.select import call
from lianfang.domain.volunteers import rules, sealing
from lianfang.domain.volunteers.rules import Span
from lianfang.domain.volunteers.services import Given, Person, checked, rest_rules
from lianfang.kernel.clock import beijing_day
from lianfang.kernel.errors import LianfangError
from lianfang.kernel.ids import parse_code
from lianfang.kernel.texts import own_words

_PUT: Final = "select volunteers_offer_put(%s, %s, %s, %s, %s, %s, %s::text[], %s, %s, %s, %s, %s)"
MOST_PEOPLE: Final = 2_000
"""People of one offer: the documents name 2,000+ people of 35 branches together."""


@dataclass(frozen=True, kw_only=True)
class NewOffer:
    """What an offer says: its words, from which day to which, the hours of a day, how many people, what they can do."""

    text: str
    first_on: date
    last_on: date
    hours: Span
    people: int = 1
    skills: tuple[str, ...] = ()

    def check(self) -> None:
        """Raises volunteers.words_missing, volunteers.days_wrong, volunteers.people_wrong."""
        today = beijing_day(timezone.now())
        if not self.text.strip() or len(self.text) > rules.MOST_WORDS:
            raise LianfangError("volunteers.words_missing", most=rules.MOST_WORDS)
        if not today <= self.first_on <= self.last_on <= today + timedelta(days=92):
            raise LianfangError("volunteers.days_wrong", days=92)
        if not 1 <= self.people <= MOST_PEOPLE:
            raise LianfangError("volunteers.people_wrong")


def offer_of_person(*, path: str, person: Person, offer: NewOffer, consent: bool) -> Given:
    """Somebody offers to serve on the public page of an area; returns the code with which they see the answer.

    Raises volunteers.consent_missing, name_missing, phone_wrong, offered_already, too_many, and what NewOffer.check does.
    """
    if not consent:
        raise LianfangError("volunteers.consent_missing")
    offer.check()
    one, mine = checked(person, phone_needed=True), rules.new_code()
    said = {"name": one.name, "phone": one.phone, "address": one.address, "words": offer.text.strip()}
    with transaction.atomic():
        rows = call(_PUT, [
            path, None, rules.digest_of(mine), sealing.seal(path, said), sealing.phone_blind(one.phone), 1, list(offer.skills),
            offer.first_on, offer.last_on, offer.hours.begins, offer.hours.ends, one.home,
        ])  # fmt: skip
    return Given(int(rows[0][0]), mine, "new")


def offer_of_unit(*, actor: Actor, organisation: int, path: str, offer: NewOffer) -> int:
    """A unit offers its people to a township or county; returns the number. Raises access.not_found and what check does."""
    offer.check()
    sealed = sealing.seal(path, {"words": offer.text.strip()})
    with scoped(actor):
        return int(call(_PUT, [
            path, organisation, None, sealed, None, offer.people, list(offer.skills), offer.first_on, offer.last_on, offer.hours.begins,
            offer.hours.ends, "",
        ])[0][0])  # fmt: skip


def unit_answers_call(*, actor: Actor, organisation: int, code: str, path: str, people: int, words: str) -> int:
    """A unit answers a call with so many people; the place still says yes or no. Returns the number of the match.

    Raises volunteers.call_unknown, call_over, people_wrong, access.not_found.
    """
    if not 1 <= people <= MOST_PEOPLE:
        raise LianfangError("volunteers.people_wrong")
    sealed = sealing.seal(path, {"words": own_words(words, rules.MOST_WORDS)})
    with scoped(actor):
        rows = call(
            "select volunteers_unit_answer(%s, %s, %s, %s, '{}')", [parse_code(code), organisation, people, sealed]
        )
        return int(rows[0][0])


def decline_offer(*, actor: Actor, offer_id: int, path: str, thanks: str) -> None:
    """Decline with thanks in words. Raises volunteers.words_missing, decided_already, access.not_found."""
    if not thanks.strip():
        raise LianfangError("volunteers.words_missing", most=rules.MOST_WORDS)
    sealed = sealing.seal(path, own_words(thanks, rules.MOST_WORDS), sealing.WORDS)
    with scoped(actor):
        call("select volunteers_offer_decline(%s, %s)", [offer_id, sealed])


def match_offer(*, actor: Actor, offer_id: int, call_id: int, people: int, reason: str = "") -> int:
    """Mean an offer for a call; both sides are asked. Raises volunteers.call_over, people_wrong, matched_already,
    decided_already, access.not_found."""
    why = own_words(reason, 300)
    with scoped(actor):
        return int(call("select volunteers_match_make(%s, %s, %s, %s)", [offer_id, call_id, people, why])[0][0])


def answer_match(*, actor: Actor, match_id: int, side: Literal["place", "unit"], yes: bool) -> str:
    """One side's yes or no; returns asked, agreed or refused. Raises volunteers.decided_already, access.not_found."""
    with scoped(actor):
        rows = call("select volunteers_match_answer(%s, %s, %s, null)", [match_id, side, yes])
        return str(rows[0][0])


def answer_match_by_code(*, code: str, match_id: int, yes: bool) -> str:
    """The person's yes or no, by the code of their offer; returns asked, agreed or refused."""
    with transaction.atomic():
        rows = call("select volunteers_match_answer(%s, 'person', %s, %s)", [match_id, yes, rules.digest_of(code)])
        return str(rows[0][0])


def withdraw_offer(*, offer_id: int, code: str = "", actor: Actor | None = None) -> None:
    """Take an offer back, by its code or as the unit's officer. Raises volunteers.decided_already, access.not_found."""
    parameters: list[Any] = [offer_id, rules.digest_of(code) if code else None]
    if actor is None:
        with transaction.atomic():
            call("select volunteers_offer_withdraw(%s, %s)", parameters)
    else:
        with scoped(actor):
            call("select volunteers_offer_withdraw(%s, %s)", parameters)


def nominate(*, actor: Actor, match_id: int, path: str, members: Sequence[int], windows: Sequence[int]) -> None:
    """A unit names people of its own for shifts of the call that both sides agreed on; they are booked at once.

    Raises volunteers.not_agreed, more_than_agreed, no_shift, shift_full, a rule of the roster (duty.…), access.not_found.
    """
    if not members:
        raise LianfangError("volunteers.people_wrong")
    with scoped(actor):
        call("select volunteers_nominate(%s, %s::bigint[], %s::bigint[], %s::jsonb)", [
            match_id, list(dict.fromkeys(members)), list(windows), rest_rules(path),
        ])  # fmt: skip
