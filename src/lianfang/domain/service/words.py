"""What a member's own page says in plain words."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

KINDS: Final[dict[str, Promise]] = {
    "shift": pgettext_lazy("service", "Shift"),
    "visits": pgettext_lazy("service", "Home visits"),
    "mission": pgettext_lazy("service", "Sent out"),
    "pairing": pgettext_lazy("service", "Answers for"),
    "missing": pgettext_lazy("service", "Added after an objection"),
}
"""Kinds of line of a record."""
ROLES: Final[dict[str, Promise]] = {
    "visit": _("home visits"),
    "reserve": _("reserve team"),
    "medical": _("medical team"),
    "leader": _("leader on duty"),
    "other": _("other work"),
}
"""Roles that lines name by a word of this app; others are the words of posts and pairings as written."""
PURPOSES: Final[dict[str, Promise]] = {
    "recognition": _("Recognition"),
    "assessment": _("Yearly assessment"),
    "allowance": _("Allowance or insurance"),
    "objection": _("An objection of the member"),
    "question": _("A question of the member"),
}
"""What a record may be read for; written down with the look and shown to the member."""
STATES: Final[dict[str, tuple[str, Promise]]] = {
    "open": ("watch", _("Waits for an answer")),
    "upheld": ("good", _("Corrected")),
    "kept": ("unknown", _("Stays; both views are kept")),
}
"""Where an objection stands: state and word."""
WEEKDAYS: Final[tuple[Promise, ...]] = (
    _("Monday"), _("Tuesday"), _("Wednesday"), _("Thursday"), _("Friday"), _("Saturday"), _("Sunday"),
)  # fmt: skip
"""Monday is 0."""
