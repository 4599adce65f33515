"""Rules between the entries of a playbook; each check runs when the sections it needs have the right shape."""

from __future__ import annotations

from collections.abc import Callable

from lianfang.base.playbooks.checks import disease, forms, organisation, rounds, sources
from lianfang.base.playbooks.decode import Draft

Check = Callable[[Draft], None]

CHECKS: tuple[tuple[tuple[str, ...], Check], ...] = (
    ((), sources.check_sources),
    (("measures", "day_counting", "watch_groups", "zone_models", "editions"), disease.check_editions),
    (("zone_models",), disease.check_zone_models),
    (("rounds",), rounds.check_rounds),
    (("matters", "symptoms", "door_visits"), forms.check_door_visits),
    (("reports", "rounds", "measures", "code_colours"), forms.check_reports),
    (("triage", "watch_groups", "editions", "matters"), organisation.check_triage),
    (("matters",), organisation.check_matters),
    (("pairing_templates",), organisation.check_pairing),
    (("retention",), organisation.check_retention),
    (("checklists", "alerts"), organisation.check_checklists),
)


def run_checks(draft: Draft) -> None:
    """Run every check whose sections have no mistake of shape; mistakes are added to the draft."""
    for needed, check in CHECKS:
        if not draft.dirty.intersection(needed):
            check(draft)
