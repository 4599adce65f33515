"""How people are organised: matters, triage, pairing, rest, retention, checklists."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Literal

import msgspec

from lianfang.base.playbooks.model.common import Key, Named, OneOrMany, Sourced, Words


class MatterKind(Named, frozen=True, kw_only=True):
    """Something that can be raised. deadline_h: hours to handle it; escalate_h: until the level above hears.

    handlers: roles that may handle it, first choice first.
    """

    key: Key
    deadline_h: int
    escalate_h: int | None = None
    urgent: bool = False
    handlers: tuple[str, ...]
    source_of_fact: Literal["resident", "worker", "organisation", "any"] = "any"


class TriageFact(Named, frozen=True, kw_only=True):
    """Something asked before a decision, with its possible answers."""

    answers: tuple[str, ...]


class TriageOutcome(Named, frozen=True, kw_only=True):
    """What a decision leads to. watch: the group whose watch protocol applies; matter: what is raised."""

    watch: Key | None = None
    matter: Key | None = None


class TriageClause(Named, frozen=True, kw_only=True):
    """If all these answers were given, this outcome follows. The first that fits wins; the last has no `when`."""

    when: Mapping[str, OneOrMany] = {}
    then: Key
    editions: OneOrMany = ()


class Triage(msgspec.Struct, frozen=True, kw_only=True):
    """A decision table: facts, outcomes, clauses in order."""

    facts: Mapping[str, TriageFact]
    outcomes: Mapping[str, TriageOutcome]
    clauses: tuple[TriageClause, ...]

    def decide(self, answers: Mapping[str, str], edition: str) -> TriageClause:
        """The first clause that fits the answers under an edition; the last clause fits always."""
        for clause in self.clauses:
            fits_edition = not clause.editions or edition in clause.editions
            if fits_edition and all(answers.get(fact) in allowed for fact, allowed in clause.when.items()):
                return clause
        raise LookupError(f"no clause fits under edition {edition}")  # a checked playbook ends with a clause for all


PairingPart = Literal["place", "person", "unit", "group", "document", "commitment", "contact"]
"""What fills an item: the target or another place, a member, the answering organisation, a team, a paper, a promise, a talk."""

PairingTarget = Literal[
    "community", "compound", "building", "household", "person", "enterprise", "project", "public_place", "staff"
]
"""What somebody can answer for."""


class PairingItem(msgspec.Struct, frozen=True, kw_only=True):
    """One of the things a pairing consists of. most: how many may fill it ("one lead or two")."""

    key: Key
    zh: str
    en: str
    kind: PairingPart
    required: bool = True
    most: int = 1


class FlowStep(msgspec.Struct, frozen=True, kw_only=True):
    """A box of a flow chart; with `otherwise` it is a question whose no leads there, its yes goes on below."""

    key: Key
    zh: str
    en: str
    otherwise: Key | None = None


class PairingCard(Named, frozen=True, kw_only=True):
    """What the person concerned gets on paper: their rights, what is asked of them, and how it goes on, step by step."""

    rights: tuple[Words, ...]
    duties: tuple[Words, ...]
    steps: tuple[FlowStep, ...]


class PairingTemplate(Named, frozen=True, kw_only=True):
    """What "five ones" or "N pack one" means here; it is data because it has several meanings.

    also: further kinds of target. most_targets: how many targets one member takes on (1+10). card: paper for the target.
    """

    target: PairingTarget
    items: tuple[PairingItem, ...]
    also: tuple[PairingTarget, ...] = ()
    variants: tuple[str, ...] = ()
    most_targets: int | None = None
    card: PairingCard | None = None

    @property
    def targets(self) -> tuple[PairingTarget, ...]:
        """Every kind of target, the first choice first."""
        return (self.target, *self.also)


class RestRules(Sourced, frozen=True, kw_only=True):
    """Limits that every roster keeps."""

    min_hours_between_shifts: float
    max_hours_per_shift: float
    max_nights_in_a_row: int
    max_hours_per_week: float


class RetentionClass(Named, frozen=True, kw_only=True):
    """How long a class of data lives. ends: what starts its destruction."""

    ends: Literal["incident_end", "yearly_review", "never"]
    key_per: Literal["incident", "county", "none"]
    basis: Words


class Retention(Sourced, frozen=True, kw_only=True):
    """The three classes, and how long evidence about the work is kept. days, years: whole."""

    classes: Mapping[str, RetentionClass]
    audit_log_days: int
    impact_assessment_years: int


class ChecklistItem(Named, frozen=True, kw_only=True):
    """One thing to check; numbers are the least (or most, as named) that is right."""

    key: Key
    times_per_day: int | None = None
    times_per_day_boarders: int | None = None
    times_per_week: tuple[int, int] | None = None
    min_minutes: int | None = None
    max_persons: int | None = None
    min_m2_per_person: float | None = None
    min_distance_m: float | None = None
    share_per_day: float | None = None
    full_cover_days: int | None = None
    local: Mapping[str, float] = {}


class Checklist(Named, frozen=True, kw_only=True):
    """A list of things to check at a kind of place."""

    key: Key
    place: Literal["school", "enterprise", "community", "home", "gate"]
    items: tuple[ChecklistItem, ...]
