"""Districting: connected grids of like weight from buildings and outlines, and redraws that change little."""

from lianfang.planning.districting.baseline import baseline
from lianfang.planning.districting.check import check
from lianfang.planning.districting.explain import explain
from lianfang.planning.districting.picture import svg
from lianfang.planning.districting.problem import Problem
from lianfang.planning.districting.result import DistrictingResult
from lianfang.planning.districting.search import Params
from lianfang.planning.districting.solve import solve

__all__ = ["DistrictingResult", "Params", "Problem", "baseline", "check", "explain", "solve", "svg"]
