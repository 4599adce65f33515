"""The kinds of fact this engine accepts."""

from __future__ import annotations

from lianfang.base.facts.api import Kind, register
from lianfang.domain.rounds.facts_reasons import NotSampledBatch
from lianfang.domain.rounds.facts_results import ResultReportedBatch
from lianfang.domain.rounds.facts_tubes import TubeFilledBatch
from lianfang.domain.rounds.facts_visits import HouseholdVisitedBatch
from lianfang.domain.rounds.payloads import HouseholdVisited, NotSampled, ResultReported, TubeFilled

KINDS = (
    Kind("rounds.tube_filled/1", "tube", TubeFilled, TubeFilledBatch),
    Kind("rounds.not_sampled/1", "not_sampled", NotSampled, NotSampledBatch),
    Kind("rounds.result_reported/1", "result", ResultReported, ResultReportedBatch),
    Kind("rounds.household_visited/1", "visit", HouseholdVisited, HouseholdVisitedBatch),
)


def register_kinds() -> None:
    """Make the kinds known to the door."""
    register(*KINDS)
