"""The public door of the siting engine."""

from lianfang.planning.siting.baseline import baseline
from lianfang.planning.siting.check import check
from lianfang.planning.siting.explain import explain
from lianfang.planning.siting.median import Effort
from lianfang.planning.siting.picture import svg
from lianfang.planning.siting.problem import Pins, Problem
from lianfang.planning.siting.result import SitingResult
from lianfang.planning.siting.result import SitingResult as Result
from lianfang.planning.siting.solve import Params, solve

__all__ = [
    "Effort",
    "Params",
    "Pins",
    "Problem",
    "Result",
    "SitingResult",
    "baseline",
    "check",
    "explain",
    "solve",
    "svg",
]
