"""Words of roles, states, distances and warnings."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

ROLE_WORDS: Final[dict[str, Promise]] = {
    "gate": _("Gate-keeping"), "publicity": _("Publicity"), "service": _("Helping residents"), "sampling": _("Helping at sampling"),
    "patrol": pgettext_lazy("volunteer role", "Patrol"), "interpreting": _("Interpreting"),
}  # fmt: skip
STATE_WORDS: Final[dict[str, tuple[str, Promise]]] = {
    "new": ("watch", pgettext_lazy("answer", "New")), "waiting": ("unknown", _("Waiting list")),
    "accepted": ("good", pgettext_lazy("answer", "Accepted")), "withdrawn": ("unknown", pgettext_lazy("answer", "Withdrawn")),
    "released": ("unknown", _("Call taken back")), "declined": ("unknown", _("Declined with thanks")),
}  # fmt: skip
"""State of an answer → state of the badge, word."""
CALL_WORDS: Final[dict[str, tuple[str, Promise]]] = {
    "open": ("good", pgettext_lazy("call", "Open")), "over": ("unknown", pgettext_lazy("call", "Over")),
    "withdrawn": ("unknown", _("Taken back")),
}  # fmt: skip
OFFER_WORDS: Final[dict[str, tuple[str, Promise]]] = {
    "new": ("watch", pgettext_lazy("answer", "New")), "proposed": ("watch", _("Both sides asked")),
    "asked": ("watch", _("Both sides asked")), "agreed": ("good", pgettext_lazy("offer", "Agreed")),
    "refused": ("unknown", pgettext_lazy("offer", "Not this time")), "declined": ("unknown", _("Declined with thanks")),
    "withdrawn": ("unknown", pgettext_lazy("answer", "Withdrawn")),
}  # fmt: skip
DISTANCES: Final[tuple[Promise, ...]] = (_("same building"), _("same grid"), _("same community"), _("lives elsewhere"))
STEPS: Final[tuple[Promise, ...]] = (
    _("same community"),
    _("same township"),
    _("same county"),
    _("same city"),
    _("from farther away"),
)
WARNINGS: Final[dict[str, Promise]] = {
    "younger": _("younger than hoped for"),
    "older": _("older than hoped for"),
    "careful": _("health sets limits: talk first"),
    "no_shift": _("no shift inside their hours"),
}
VIAS: Final[dict[str, Promise]] = {
    "public": _("by themselves"),
    "office": _("written down at the desk"),
    "offer": _("from an offer to serve"),
    "unit": _("sent by a unit"),
}
