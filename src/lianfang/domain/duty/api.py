"""The door of duty for other apps."""

from __future__ import annotations

from lianfang.domain.duty import attendance
from lianfang.domain.duty import problems as _problems  # noqa: F401  (defines its sentences)
from lianfang.domain.duty.attendance import (
    SwapLine,
    accept_swap,
    answer_swap,
    candidates,
    check_in,
    check_in_at,
    check_out,
    excuse,
    handover_seen,
    handovers,
    mates,
    missed,
    offer_swap,
    post_at,
    replace,
    swaps,
    write_handover,
)
from lianfang.domain.duty.pages import span_text
from lianfang.domain.duty.rostering import Ask, Place, RosterLine, Stand, adopt_roster, move, pin, read
from lianfang.domain.duty.rules import KINDS, NewShift, Pattern, Rest, rolled_out, round_the_clock
from lianfang.domain.duty.selectors import Busy, MemberSlot, OpenShift, busy, open_shifts, shift_words, slots_of
from lianfang.domain.duty.services import Booked, book, create_post, create_shifts, rest_named

__all__ = [
    "KINDS",
    "Ask",
    "Booked",
    "Busy",
    "MemberSlot",
    "NewShift",
    "OpenShift",
    "Pattern",
    "Place",
    "Rest",
    "RosterLine",
    "Stand",
    "SwapLine",
    "accept_swap",
    "adopt_roster",
    "answer_swap",
    "attendance",
    "book",
    "busy",
    "candidates",
    "check_in",
    "check_in_at",
    "check_out",
    "create_post",
    "create_shifts",
    "excuse",
    "handover_seen",
    "handovers",
    "mates",
    "missed",
    "move",
    "offer_swap",
    "open_shifts",
    "pin",
    "post_at",
    "read",
    "replace",
    "rest_named",
    "rolled_out",
    "round_the_clock",
    "shift_words",
    "slots_of",
    "span_text",
    "swaps",
    "write_handover",
]
