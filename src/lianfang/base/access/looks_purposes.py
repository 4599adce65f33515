"""Why somebody is looked at unmasked: a closed list, because free words would be personal data in the record itself."""

from __future__ import annotations

from typing import Final

from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

PURPOSES: Final[dict[str, Promise]] = {
    "identity_check": _("Compare with their paper"),
    "call_person": _("Call them"),
    "medical_help": _("Medical help or medicine"),
    "tracing": _("Epidemiological tracing"),
    "correct_record": _("Correct what is recorded"),
    "asked_by_person": _("They asked what is recorded"),
    "transfer": _("Move to or from another place"),
    "sampling": _("Sampling"),
    "gate_check": _("Check at a gate or post"),
    "treatment": _("Treatment"),
    "visit": _("Visit"),
}


def purpose_words(purpose: str) -> Promise | str:
    """A purpose in words; one that is not on the list as it was recorded."""
    return PURPOSES.get(purpose, purpose)
