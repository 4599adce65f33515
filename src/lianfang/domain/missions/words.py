"""What missions say in plain words."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

KINDS: Final[dict[str, Promise]] = {"reserve": _("Reserve team"), "medical": _("Medical team")}
TEAM_STATES: Final[dict[str, tuple[str, Promise]]] = {
    "ready": ("good", pgettext_lazy("team", "Ready")),
    "away": ("watch", pgettext_lazy("team", "Away")),
    "resting": ("unknown", pgettext_lazy("team", "Resting")),
    "ended": ("unknown", pgettext_lazy("team", "Dissolved")),
}
"""Where a team is: state and word."""
STATES: Final[dict[str, tuple[str, Promise]]] = {
    "proposed": ("watch", pgettext_lazy("mission", "Waits for consent")),
    "accepted": ("watch", pgettext_lazy("mission", "Agreed, not sent yet")),
    "sent": ("good", pgettext_lazy("mission", "On its way")),
    "arrived": ("good", pgettext_lazy("mission", "At work")),
    "recalled": ("watch", pgettext_lazy("mission", "Called back")),
    "returned": ("unknown", pgettext_lazy("mission", "Back home")),
    "refused": ("unknown", pgettext_lazy("mission", "Refused")),
    "withdrawn": ("unknown", pgettext_lazy("mission", "Withdrawn")),
}
"""Where a mission stands."""
PURPOSES: Final[dict[str, Promise]] = {
    "testing": _("Sampling"),
    "gates": _("Gates and checkpoints"),
    "isolation": _("Isolation sites"),
    "supplies": _("Supplies to homes"),
    "visits": _("Home visits and screening"),
    "treatment": _("Treatment"),
    "other": _("Other tasks"),
}
"""What people are asked for."""
SEVERITIES: Final[dict[int, tuple[str, Promise]]] = {
    1: ("unknown", pgettext_lazy("severity", "Strained")),
    2: ("watch", pgettext_lazy("severity", "Short")),
    3: ("act", pgettext_lazy("severity", "Critical")),
}
REFUSALS: Final[dict[str, Promise]] = {
    "needed": _("Needed here"),
    "unfit": _("Does not fit the task"),
    "covered": _("Covered otherwise"),
    "other": _("Another reason"),
}
"""Why a side says no."""
FITS: Final[dict[str, tuple[str, Promise]]] = {
    "ready": ("good", _("can go")),
    "off": ("watch", _("not today, by their own statement")),
    "busy": ("watch", _("on a post now")),
    "left": ("act", _("has left the unit")),
}
SKILLS: Final = ("采样", "核酸检测", "护理", "重症", "呼吸", "消杀", "流调", "驾驶")
"""Skills offered in the form: an assumption; any word that members carry can be typed."""
