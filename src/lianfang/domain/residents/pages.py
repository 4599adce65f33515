"""What the pages of the ledger show, made ready for the templates: people masked or named, filters, links."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.urls import reverse
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from lianfang.base.access.api import Actor
from lianfang.base.access.places import Place
from lianfang.base.metrics import api as metrics
from lianfang.domain.residents.browsing import PAGE, Line, areas_below
from lianfang.kernel.divisions import PATH_LENGTH, Level
from lianfang.kernel.identity import mask_name
from lianfang.kernel.ids import group_code

SEXES: dict[int, Promise] = {1: gettext_lazy("male"), 2: gettext_lazy("female")}
KINDS: dict[int, Promise] = {
    1: gettext_lazy("Lives here"), 2: gettext_lazy("Floating"), 3: gettext_lazy("Boards"), 4: gettext_lazy("Returnee"),
}  # fmt: skip
"""Kinds of residence by number (rules.KINDS)."""
TAGS: dict[int, Promise] = {
    1: gettext_lazy("Lives alone"), 2: gettext_lazy("Disabled"), 3: gettext_lazy("Low income"),
    4: gettext_lazy("Pregnant"), 5: gettext_lazy("Dialysis"), 6: gettext_lazy("Child alone"),
}  # fmt: skip
"""Care tags by number (rules.TAGS)."""
PAPERS: dict[str, Promise] = {
    "resident": gettext_lazy("Resident identity card"), "passport": gettext_lazy("Passport"),
    "hk_macao_permit": gettext_lazy("Permit for Hong Kong and Macao residents"),
    "taiwan_permit": gettext_lazy("Permit for Taiwan residents"), "none_yet": gettext_lazy("No paper yet"),
}  # fmt: skip
SECRETS: tuple[tuple[str, Promise], ...] = (
    ("paper", gettext_lazy("Paper")), ("number", gettext_lazy("Number of the paper")),
    ("birth", gettext_lazy("Birth date")), ("phone", gettext_lazy("Phone")),
    ("registered", gettext_lazy("Registered address")),
    ("home", gettext_lazy("Home address")), ("employer", gettext_lazy("Employer")), ("trade", gettext_lazy("Trade")),
    ("note", gettext_lazy("Note")),
)  # fmt: skip
"""What is opened one person at a time, in the order it is shown."""
HIDDEN = "***"


def people_lines(found: Sequence[Line], actor: Actor, names: Mapping[str, str]) -> list[dict[str, Any]]:
    """People as a list shows them to this reader. names: of buildings by path."""
    named = actor.sees("residents", "named")
    sexes, kinds = ({number: str(word) for number, word in words.items()} for words in (SEXES, KINDS))
    tags = {number: str(word) for number, word in TAGS.items()}
    person, home = reverse("residents-person", args=["-"])[:-2], reverse("residents-area", args=["-"])[:-2]
    return [
        {
            "line": line, "name": (line.name if named else mask_name(line.name)) or "–", "door": (line.door or "–") if named else HIDDEN,
            "phone": (line.phone or "–") if named else "", "code": group_code(code), "sex": sexes.get(line.sex, "–"),
            "kind": kinds.get(line.kind, "–"), "tags": [tags[tag] for tag in line.tags if tag in tags],
            "building": names.get(line.path[:16]) or "–", "home": line.path if named else "", "stays": line.why == 2,
            "href": f"{person}{code}/", "home_href": f"{home}{line.path}/" if named and line.door else "",
            "id": line.id, "born": str(line.born_year or "–"), "away": not line.present,
        }
        for line, code in ((line, line.code) for line in found)
    ]  # fmt: skip


def filters(tags: Mapping[int, int], kinds: Mapping[int, int], total: int, tag: int, kind: int) -> list[dict[str, Any]]:
    """Care tags and kinds of residence with counts, as filters of the list."""
    items: list[dict[str, Any]] = [{"href": "?", "label": _("All"), "count": total, "current": not tag and not kind}]
    for number, word in TAGS.items():
        if tags.get(number):
            items.append({"href": f"?tag={number}", "label": word, "count": tags[number], "current": tag == number})
    for number, word in KINDS.items():
        if number != 1 and kinds.get(number):
            items.append({"href": f"?kind={number}", "label": word, "count": kinds[number], "current": kind == number})
    return items


def area_rows(place: Place, actor: Actor) -> list[dict[str, Any]]:
    """The areas below one with their people and households, where the reader may see figures."""
    below = areas_below(place.path)
    names = [name for name in ("residents.present", "residents.households") if metrics.is_defined(name)]
    figures = None
    if actor.sees("metrics", "figures") and len(names) == 2 and below:
        figures = metrics.values([path for path, _name, _code in below], names)
    return [
        {
            "name": name, "href": reverse("residents-area", args=[code]),
            "people": figures.total(path, "residents.present") if figures else None,
            "households": figures.total(path, "residents.households") if figures else None,
        }
        for path, name, code in below
    ]  # fmt: skip


def trail(actor: Actor, place: Place, last: str = "") -> list[dict[str, str]]:
    """The way down to a place, or to something in it (`last`)."""
    made = [{"name": name, "href": reverse("residents-area", args=[code])} for name, code in place.above]
    made.append(
        {
            "name": place.short,
            "href": reverse("residents-area", args=[place.code]) if last and actor.covers(place.path) else "",
        }
    )
    if last:
        made.append({"name": last, "href": ""})
    return made


def following(found: Sequence[Line]) -> str:
    """Where the next page goes on; '' when this is the last."""
    return found[PAGE - 1].key if len(found) > PAGE else ""


def secret_rows(secret: Mapping[str, Any]) -> list[tuple[Any, Any, str]]:
    """(label, value, key) of what was opened; what is not recorded is left out."""
    rows = []
    for key, label in SECRETS:
        value = secret.get(key)
        if value:
            rows.append((label, PAPERS.get(str(value), value) if key == "paper" else value, key))
    return rows


def code_of(path: str) -> str:
    """How an address names a path: twelve digits down to communities, the path itself below."""
    return path if len(path) > PATH_LENGTH[Level.COMMUNITY] else path.ljust(PATH_LENGTH[Level.COMMUNITY], "0")
