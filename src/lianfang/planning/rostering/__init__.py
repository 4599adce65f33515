"""Rosters for 24-hour posts: hours, rest, nights, skills, leave, wishes, pairs, fairness, handover, replacement."""

from lianfang.planning.rostering.baseline import baseline
from lianfang.planning.rostering.check import check
from lianfang.planning.rostering.explain import explain
from lianfang.planning.rostering.picture import svg
from lianfang.planning.rostering.problem import Contract, Demand, History, Member, Problem, Rules, Shift, Wish
from lianfang.planning.rostering.replacement import Candidate, replace
from lianfang.planning.rostering.result import Roster, Slot
from lianfang.planning.rostering.solve import Params, solve
from lianfang.planning.rostering.verify import verify_bound

__all__ = [
    "Candidate",
    "Contract",
    "Demand",
    "History",
    "Member",
    "Params",
    "Problem",
    "Roster",
    "Rules",
    "Shift",
    "Slot",
    "Wish",
    "baseline",
    "check",
    "explain",
    "replace",
    "solve",
    "svg",
    "verify_bound",
]
