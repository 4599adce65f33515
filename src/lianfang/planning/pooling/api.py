"""The public door of the pooling engine."""

from lianfang.planning.pooling.adaptive import AdaptivePlan, adaptive_plan, plan_for_households
from lianfang.planning.pooling.baseline import baseline
from lianfang.planning.pooling.check import check
from lianfang.planning.pooling.explain import explain
from lianfang.planning.pooling.formulas import (
    VALIDATED_SIZES,
    BestSize,
    best_size,
    entropy_floor,
    expected_tests_per_person,
)
from lianfang.planning.pooling.households import HouseholdModel
from lianfang.planning.pooling.nested import NestedPlan, nested_plan
from lianfang.planning.pooling.picture import curves, svg
from lianfang.planning.pooling.problem import Design, Problem
from lianfang.planning.pooling.result import PoolResult
from lianfang.planning.pooling.result import PoolResult as Result
from lianfang.planning.pooling.solve import Params, solve
from lianfang.planning.pooling.staffing import EDITIONS, THIRD_EDITION, Edition, Range, Staffing, staffing
from lianfang.planning.pooling.together import Dilution, Simulated, simulate, two_stage_together

__all__ = [
    "EDITIONS",
    "THIRD_EDITION",
    "VALIDATED_SIZES",
    "AdaptivePlan",
    "BestSize",
    "Design",
    "Dilution",
    "Edition",
    "HouseholdModel",
    "NestedPlan",
    "Params",
    "PoolResult",
    "Problem",
    "Range",
    "Result",
    "Simulated",
    "Staffing",
    "adaptive_plan",
    "baseline",
    "best_size",
    "check",
    "curves",
    "entropy_floor",
    "expected_tests_per_person",
    "explain",
    "nested_plan",
    "plan_for_households",
    "simulate",
    "solve",
    "staffing",
    "svg",
    "two_stage_together",
]
