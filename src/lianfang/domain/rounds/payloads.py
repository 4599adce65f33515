"""What phones, desks and laboratories say about a round: the typed payloads of its facts."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from lianfang.domain.rounds.rules import NotSampledReason, TubeResult, VisitOutcome

Code = Annotated[str, msgspec.Meta(min_length=9, max_length=15)]
"""A printed code with its check character, hyphens allowed (kernel.ids)."""


class TubeFilled(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`rounds.tube_filled/1`: a tube was closed with these people's swabs, in this order."""

    round: int
    tube: Code
    people: Annotated[list[Code], msgspec.Meta(min_length=1, max_length=20)]
    site: int | None = None
    desk: int | None = None


class NotSampled(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`rounds.not_sampled/1`: somebody expected will not be sampled now, and why."""

    round: int
    person: Code
    reason: NotSampledReason


class ResultReported(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`rounds.result_reported/1`: a laboratory's result for one tube."""

    round: int
    tube: Code
    result: TubeResult
    tested_at: str | None = None


class HouseholdVisited(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`rounds.household_visited/1`: a door was knocked at; answers follow the playbook's questionnaire."""

    round: int
    household: Annotated[str, msgspec.Meta(pattern="^[0-9]{21}$")]
    outcome: VisitOutcome
    people: Annotated[int, msgspec.Meta(ge=0, le=99)] = 0
    answers: dict[str, Any] = {}
