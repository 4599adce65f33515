"""Pure decisions of rounds: what a tube may hold, reasons for not being sampled, states of a positive pool's members."""

from __future__ import annotations

from enum import StrEnum

TUBE_SIZES = (1, 5, 10, 20)
"""Pool sizes validated as equal to single tests (NHC clinical laboratory centre, 2022-06-09)."""


class NotSampledReason(StrEnum):
    """Why somebody expected was not sampled. The playbook may use fewer, never others."""

    AWAY = "away"
    REFUSED = "refused"
    NOT_HOME = "not_home"
    MOVED = "moved"
    MEDICAL = "medical"
    ELSEWHERE = "elsewhere"
    INFANT = "infant"


class TubeResult(StrEnum):
    """What a laboratory says of a tube."""

    NEGATIVE = "negative"
    POSITIVE = "positive"
    INVALID = "invalid"


class VisitOutcome(StrEnum):
    """What came of knocking at a door."""

    ENTERED = "entered"
    NOT_HOME = "not_home"
    REFUSED = "refused"
    VACANT = "vacant"


class IsolationState(StrEnum):
    """Where a member of a positive pool stands."""

    ISOLATED = "isolated"
    RETESTED = "retested"
    RELEASED = "released"
    POSITIVE = "positive"


def state_after_retest(result: TubeResult) -> IsolationState | None:
    """The state after the single re-test: negative releases, positive goes to treatment, invalid is taken again."""
    if result is TubeResult.NEGATIVE:
        return IsolationState.RELEASED
    if result is TubeResult.POSITIVE:
        return IsolationState.POSITIVE
    return None
