"""What a resident's own page says in plain words."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

WHATS: Final[dict[str, Promise]] = {
    "wrong": _("Something recorded about me is wrong"),
    "not_me": _("This is not me"),
    "looked": _("Why did somebody look at my data?"),
    "leave_out": _("I do not want something recorded"),
    "question": _("I have another question"),
}
STANDINGS: Final[dict[str, tuple[str, Promise, Promise]]] = {
    "to_come": (
        "watch", _("Not sampled yet"),
        _("This round is running. You will be called, or go to the sampling point of your building."),
    ),
    "waiting": ("unknown", _("Result not there yet"), _("Your sample is with the laboratory. Results come within 24 hours.")),
    "late": (
        "watch", _("Result late"),
        _("Your sample was taken more than 24 hours ago and the laboratory has not reported. This is not your fault, and nothing about "
          "you is known from it. You need not be sampled again unless you are called."),
    ),
    "negative": ("good", _("Negative"), _("Nothing was found.")),
    "invalid": ("watch", _("To be taken again"), _("The laboratory could not use the sample. You will be called again.")),
    "isolated": (
        "act", _("Please stay at home"),
        _("The tube that held your sample has to be checked person by person. Stay at home; somebody comes to you for a single test."),
    ),
    "positive": ("act", _("Positive"), _("Stay where you are. The disease control office calls you about what happens next.")),
    "excused": ("unknown", _("Not sampled, with a reason"), _("Your community recorded why you were not sampled.")),
}  # fmt: skip
"""Where a test stands: state, word, and what it means for the person."""
SEEN: Final[dict[str, Promise]] = {"identity": _("identity number and phone"), "name": _("name")}
