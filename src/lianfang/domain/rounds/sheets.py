"""Printed QR cards of residents and tubes: the code in letters stands below each, so that a scanner is never needed."""

from __future__ import annotations

import secrets
from dataclasses import dataclass

import segno

from lianfang.domain.residents.api import people_of
from lianfang.kernel.ids import CODE_BITS, format_code, group_code


@dataclass(frozen=True)
class Card:
    """One card: QR as SVG path data, the code in groups of three, and a line above and below."""

    svg: str
    code: str
    title: str = ""
    line: str = ""


def qr(text: str) -> str:
    """A QR code as inline SVG: quiet zone 4, error correction M."""
    return str(
        segno.make(text, error="m", micro=False).svg_inline(
            scale=3, border=4, omitsize=True, svgclass="qr", lineclass=None
        )
    )


def resident_cards(path: str) -> list[Card]:
    """A card for everybody present at a building or door, in the order of the doors."""
    people = sorted(
        (person for person in people_of(path) if person.present), key=lambda person: (person.path, person.id)
    )
    return [Card(qr(person.code), group_code(person.code), person.name, person.door) for person in people]


def tube_cards(count: int) -> list[Card]:
    """Labels of new tubes with random numbers of 40 bits."""
    codes = [format_code(secrets.randbits(CODE_BITS)) for _ in range(count)]
    return [Card(qr(code), group_code(code)) for code in codes]
