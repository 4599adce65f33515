"""The door of plans for other apps and for those who build a kind."""

from __future__ import annotations

from lianfang.domain.plans.registry import (
    Adopted,
    Built,
    Field,
    Figure,
    Kind,
    PlanLine,
    Remark,
    Said,
    Tell,
    kind_of,
    kinds,
    register,
)
from lianfang.domain.plans.selectors import built_of, lines_of, plan_by_id, plans, result_of
from lianfang.domain.plans.services import adopt, edit_line, pin_line, propose, replan, restart, withdraw

__all__ = [
    "Adopted",
    "Built",
    "Field",
    "Figure",
    "Kind",
    "PlanLine",
    "Remark",
    "Said",
    "Tell",
    "adopt",
    "built_of",
    "edit_line",
    "kind_of",
    "kinds",
    "lines_of",
    "pin_line",
    "plan_by_id",
    "plans",
    "propose",
    "register",
    "replan",
    "restart",
    "result_of",
    "withdraw",
]
