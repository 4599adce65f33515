"""The door of retirement: how an incident ends."""

from __future__ import annotations

from lianfang.base.retirement.purge import carry_out, keep_leaves
from lianfang.base.retirement.selectors import Duty, duties, retirement, retirements
from lianfang.base.retirement.services import approve_purge, ask_purge, withdraw_purge

__all__ = [
    "Duty",
    "approve_purge",
    "ask_purge",
    "carry_out",
    "duties",
    "keep_leaves",
    "retirement",
    "retirements",
    "withdraw_purge",
]
