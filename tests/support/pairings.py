"""Two pairings in a community of the access tests: its first secretary, and somebody's one-to-one control."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

PAIRING = (
    "insert into pairings_pairing (incident_id, template, target_kind, path, target_id, share, from_on, required, lacks, staffed, made_by, "
    "ended_why) values (%s, %s, %s, %s, %s, '', current_date, %s, %s, true, 1, '') returning id"
)
PART = (
    "insert into pairings_part (pairing_id, path, item, kind, organisation_id, member_id, from_on, made_by, ended_why) "
    "values (%s, %s, %s, %s, %s, %s, current_date, 1, '') returning id"
)


def stage_pairings(
    run: Callable[..., Any], community: str, *, unit: int, member: int, incident: int, hidden: int
) -> dict[str, str]:
    """Make both; the words that routes use for them. hidden: the pseudonym of the person under control."""
    if not run("select is_called from pairings_pairing_id_seq"):
        run("select setval('pairings_pairing_id_seq', 6111111), setval('pairings_part_id_seq', 6222222)")
    standing = run(
        PAIRING, None, "first_secretary", "community", community, 0, ["unit", "first_secretary"], ["first_secretary"]
    )
    run(PART, standing, community, "unit", "unit", unit, None)
    control = run(PAIRING, incident, "one_to_one", "person", community + "0001", hidden, ["cadre", "medic"], ["medic"])
    part = run(PART, control, community + "0001", "cadre", "person", None, member)
    return {"pairing": str(control), "part": str(part)}
