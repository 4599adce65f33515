"""What people are asked and what is reported: door visits, and report forms whose columns fill themselves."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Annotated, Literal

import msgspec

from lianfang.base.playbooks.formulas import Formula, Identity
from lianfang.base.playbooks.model.common import Key, Named, Sourced, Words

# ---------------------------------------------------------------------------------------------------- door visits


class Choice(msgspec.Struct, frozen=True, kw_only=True):
    """One answer that can be picked."""

    key: Key
    zh: str
    en: str


class ShowIf(msgspec.Struct, frozen=True, kw_only=True):
    """The question is asked only when an earlier one was answered so."""

    question: Key
    answer: str


class Question(msgspec.Struct, frozen=True, kw_only=True):
    """One question of a door visit. reason: why a person must be bothered with it, shown beside it.

    choices_from: "symptoms" takes the playbook's list instead of own choices. counted: a number of things (never of a
    person) that is added up into the metric `rounds.answers`, so that nobody writes it into a report again.
    """

    key: Key
    zh: str
    en: str
    kind: Literal["yes_no", "choice", "many", "number", "temperature", "date", "text"]
    of: Literal["household", "person"]
    reason: Words
    required: bool = True
    choices: tuple[Choice, ...] = ()
    choices_from: Literal["", "symptoms"] = ""
    minimum: float | None = None
    maximum: float | None = None
    unit: str = ""
    counted: bool = False
    show_if: ShowIf | None = None
    raises_matter: Key | None = None
    raises_when: str = ""


class VisitOutcome(msgspec.Struct, frozen=True, kw_only=True):
    """How a knock at the door ended. done: the household counts as visited; revisit_h: hours until it is due again.

    nobody_met: the home was seen without anybody of it (opened with a witness); the household's questions are answered.
    """

    key: Key
    zh: str
    en: str
    done: bool
    nobody_met: bool = False
    revisit_h: int | None = None


class DoorVisit(Named, frozen=True, kw_only=True):
    """A questionnaire that a screening round carries from door to door."""

    key: Key
    questions: tuple[Question, ...]
    outcomes: tuple[VisitOutcome, ...]


# --------------------------------------------------------------------------------------------------- report forms


class Column(msgspec.Struct, frozen=True, kw_only=True):
    """One column of a report: a formula over metrics, or a question to a person with the reason for asking.

    door_visit: its figures come only from the rounds that carry this questionnaire; '' from all.
    note: where the figure differs from what its heading might suggest.
    """

    key: Key
    zh: str
    en: str
    unit: Key
    metric: Annotated[Formula | None, "formula"] = None
    ask: Words | None = None
    door_visit: str = ""
    note: str = ""


class ReportIdentity(Named, frozen=True, kw_only=True):
    """An accounting identity between columns and metrics; checked and shown, never patched."""

    holds: Annotated[Identity, "identity"]


class ReportForm(Named, frozen=True, kw_only=True):
    """One return: who fills it, when it is due, its columns in order, the identities it must keep.

    level: village, township, county, school or enterprise. cutoffs: HH:MM of Beijing, one per return of the day;
    24:00 and later mean the next day. route: the chain it climbs.
    """

    key: Key
    level: Literal["community", "township", "county", "city", "school", "enterprise"]
    route: Literal["area", "trade"]
    period: Literal["day", "half_day"]
    cutoffs: Annotated[tuple[str, ...], "cutoffs"]
    zero_report: bool
    columns: tuple[Column, ...]
    identities: tuple[ReportIdentity, ...] = ()

    def column(self, key: str) -> Column:
        """The column with this key; raises KeyError."""
        for found in self.columns:
            if found.key == key:
                return found
        raise KeyError(key)


class ReportStatus(msgspec.Struct, frozen=True, kw_only=True):
    """A state of a return."""

    zh: str
    en: str


class Reports(Sourced, frozen=True, kw_only=True):
    """All report forms, the states of a return, and the words for units."""

    statuses: Mapping[str, ReportStatus]
    units: Mapping[str, Words]
    forms: tuple[ReportForm, ...]
