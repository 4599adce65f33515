"""Words of duty for pages: kinds of posts, states of slots and of hours, reasons."""

from __future__ import annotations

from django.utils.translation import gettext_lazy, pgettext_lazy

KIND_WORDS = {
    "checkpoint": gettext_lazy("Checkpoint"),
    "gate": pgettext_lazy("post", "Gate"),
    "lookout": pgettext_lazy("post", "Lookout"),
    "desk": gettext_lazy("Sampling desk"),
    "patrol": gettext_lazy("Patrol"),
    "team": pgettext_lazy("post", "Door-to-door team"),
    "key_unit": gettext_lazy("Key unit"),
}
SLOT_STATES = {
    "planned": ("unknown", gettext_lazy("Planned, not published")),
    "published": ("watch", pgettext_lazy("post", "Expected")),
    "late": ("act", gettext_lazy("Late")),
    "present": ("good", gettext_lazy("On duty")),
    "left": ("good", gettext_lazy("Done")),
    "no_show": ("act", gettext_lazy("Did not come")),
    "excused": ("act", gettext_lazy("Cannot come")),
    "released": ("unknown", pgettext_lazy("post", "Released")),
}
HOUR_STATES = {
    "good": ("good", gettext_lazy("All places held")),
    "thin": ("watch", gettext_lazy("Fewer than wanted")),
    "empty": ("act", gettext_lazy("Empty hours")),
    "closed": ("unknown", gettext_lazy("Nothing to hold")),
}
NEAR_WORDS = {
    16: gettext_lazy("same building"),
    12: gettext_lazy("same community"),
    9: gettext_lazy("same township"),
    6: gettext_lazy("same county"),
}
BREACHES = {
    "duty.rest_short": pgettext_lazy("rule set aside", "rest too short"),
    "duty.too_long": pgettext_lazy("rule set aside", "shift too long"),
    "duty.week_full": pgettext_lazy("rule set aside", "hours of the week"),
    "duty.nights_in_row": pgettext_lazy("rule set aside", "nights in a row"),
}
