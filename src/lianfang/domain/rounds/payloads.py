"""What phones, desks and laboratories say about a round: the typed payloads of its facts."""

from __future__ import annotations

from typing import Annotated, Any

import msgspec

from lianfang.domain.rounds.rules import TubeResult

Code = Annotated[str, msgspec.Meta(min_length=9, max_length=15)]
"""A printed code with its check character, hyphens allowed (kernel.ids)."""
Round = Annotated[int, msgspec.Meta(ge=1, le=2**31 - 1)]
"""The number of a round, as the database numbers them."""
Key = Annotated[str, msgspec.Meta(pattern="^[a-z][a-z0-9_]{0,39}$")]
"""A key of the incident's playbook; which ones there are is asked when the fact is applied."""


class TubeFilled(msgspec.Struct, frozen=True, forbid_unknown_fields=True, gc=False):
    """`rounds.tube_filled/1`: a tube was closed with these people's swabs, in this order."""

    round: Round
    tube: Code
    people: Annotated[list[Code], msgspec.Meta(min_length=1, max_length=20)]
    site: int | None = None
    desk: int | None = None


class NotSampled(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`rounds.not_sampled/1`: somebody expected will not be sampled now, and why."""

    round: Round
    person: Code
    reason: Key


class ResultReported(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`rounds.result_reported/1`: a laboratory's result for one tube."""

    round: Round
    tube: Code
    result: TubeResult
    tested_at: str | None = None


class HouseholdVisited(msgspec.Struct, frozen=True, forbid_unknown_fields=True):
    """`rounds.household_visited/1`: a door was knocked at; answers follow the playbook's questionnaire."""

    round: Round
    household: Annotated[str, msgspec.Meta(pattern="^[0-9]{18}[0-9A-Z]{3}$")]
    outcome: Key
    people: Annotated[int, msgspec.Meta(ge=0, le=99)] = 0
    answers: dict[str, Any] = {}
