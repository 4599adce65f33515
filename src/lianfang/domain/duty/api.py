"""The door of duty for other apps."""

from __future__ import annotations

from lianfang.domain.duty import problems as _problems  # noqa: F401  (defines its sentences)
from lianfang.domain.duty.rules import KINDS, NewShift, Pattern, Rest, rolled_out, round_the_clock
from lianfang.domain.duty.selectors import Busy, MemberSlot, OpenShift, busy, open_shifts, slots_of
from lianfang.domain.duty.services import Booked, book, create_post, create_shifts, rest_named

__all__ = [
    "KINDS",
    "Booked",
    "Busy",
    "MemberSlot",
    "NewShift",
    "OpenShift",
    "Pattern",
    "Rest",
    "book",
    "busy",
    "create_post",
    "create_shifts",
    "open_shifts",
    "rest_named",
    "rolled_out",
    "round_the_clock",
    "slots_of",
]
