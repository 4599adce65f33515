"""How far a pairing of units reaches: a city's own units or all, its districts or all of it, communities or villages as well."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from django.utils.translation import gettext as _
from django.utils.translation import pgettext

from lianfang.base.access.pages import listed
from lianfang.base.areas.api import children
from lianfang.domain.plans.registry import Field
from lianfang.kernel.divisions import kind_words

DISTRICTS: Final = range(2, 21)
"""Last two digits of a county-level code that a city's districts have; 01 is the heading they stand under (GB/T 2260)."""


def extent_fields(path: str) -> tuple[Field, ...]:
    """Which units, which counties, which places: asked of a city; below it everything in the area is meant."""
    if len(path) != 4:
        return ()
    names = listed(area.short for area in children(path) if _is_district(area.path))
    where = [("all", _("the whole city"))]
    if names:
        where.insert(0, ("districts", _("the districts ({names})").format(names=names)))
    which = [("urban", _("residents' committees")), ("all", _("villages as well"))]
    whose = [("own", _("the city's own")), ("all", _("those of the counties as well"))]
    return (
        Field("where", pgettext("plan", "Where"), where[0][0], _("districts by their codes"), where),
        Field("which", pgettext("plan", "What"), "urban", _("by their codes"), which),
        Field("whose", _("Whose units"), "own", _("the city's own stand on its own lists"), whose),
    )


def takes_place(path: str, params: Mapping[str, Any]) -> bool:
    """Whether a community is asked for."""
    if params.get("where") == "districts" and not _is_district(path):
        return False
    return params.get("which") != "urban" or kind_words(path)[1] in ("community", "quasi-community")


def takes_unit(path: str, office: str, params: Mapping[str, Any]) -> bool:
    """Whether a unit with its office there is asked for. path: of the plan."""
    if params.get("whose") == "own":
        return office == path
    return params.get("where") != "districts" or office == path or _is_district(office)


def _is_district(path: str) -> bool:
    return len(path) >= 6 and int(path[4:6]) in DISTRICTS


__all__ = ["extent_fields", "takes_place", "takes_unit"]
