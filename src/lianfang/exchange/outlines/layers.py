"""What the layers of a plan hold: guessed from their names, decided by a person.

The preset follows the layer names of CASS, the surveying program most Chinese plans come from: JMD 居民地, DLSS 道路设施,
SXSS 水系设施, ZJ 注记, JJ 境界, and codes in the extended data of "SOUTH" (1443… is a wall). From memory, hence only a
guess that the page shows and a person changes.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from typing import Final, Literal, get_args

from lianfang.exchange.outlines.drawing import Drawing, LayerCount

Role = Literal["building", "wall", "river", "road", "compound", "community", "name", "none"]
ROLES: Final[tuple[Role, ...]] = get_args(Role)
BARRIERS: Final = ("wall", "river", "road")
_CASS: Final[Mapping[str, Role]] = {
    "JMD": "building", "DLSS": "road", "SXSS": "river", "ZJ": "name", "JJ": "none", "JZD": "none", "GCD": "none",
    "DGX": "none", "ZBTZ": "none", "DMTZ": "none", "KZD": "none", "GXYZ": "none", "DLDW": "none", "ZDH": "none", "TK": "none",
    "ASSIST": "none", "DEFPOINTS": "none",
}  # fmt: skip
_WORDS: Final[tuple[tuple[str, Role], ...]] = (
    (r"围墙|围栏|栅栏|垣栅|隔离|\bwall|\bfence", "wall"),
    (r"社区界|村界|居委会|行政村|\bcommunit|\bvillage", "community"),
    (r"小区|院落|\bcompound|\bestate", "compound"),
    (r"注记|文字|名称|标注|\btext|\blabel|\bname", "name"),
    (r"水系|河|渠|水域|\briver|\bwater|\bcanal", "river"),
    (r"干道|道路|公路|铁路|\broad|\bstreet|\brail|\bhighway", "road"),
    (r"楼|房|建筑|居民地|\bbuild|\bhouse", "building"),
)  # fmt: skip


def guess_roles(drawing: Drawing) -> dict[str, Role]:
    """What each layer is taken for until a person says otherwise."""
    layers = drawing.layers()
    found = {one.layer: _guess(one) for one in layers}
    if "building" not in found.values():
        fullest = max(layers, key=lambda one: (one.rings, one.layer), default=None)
        if fullest is not None and fullest.rings:
            found[fullest.layer] = "building"
    return found


def _guess(one: LayerCount) -> Role:
    name = one.layer.upper().strip()
    if name in _CASS:
        return _CASS[name]
    for pattern, role in _WORDS:
        if re.search(pattern, one.layer.lower()):
            return role
    return "name" if one.texts and not one.rings and not one.strokes else "none"


def of_kind(kind: str) -> Role | None:
    """The role that a word of the file itself names (GeoJSON property, SOUTH code), or None."""
    word = kind.strip().lower()
    if word in ROLES:
        return word
    if re.fullmatch(r"\d{6}(-\d)?", word):
        return "wall" if word.startswith("1443") else None
    for pattern, role in _WORDS:
        if word and re.search(pattern, word):
            return role
    return None


def known(roles: Iterable[str]) -> bool:
    """Whether all of these are roles."""
    return set(roles) <= set(ROLES)
