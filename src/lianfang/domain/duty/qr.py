"""The printed code of a post."""

from __future__ import annotations

import segno


def post_sheet(address: str) -> str:
    """An address as inline SVG to be scanned from a sheet: quiet zone 4, error correction M."""
    return str(
        segno.make(address, error="m", micro=False).svg_inline(
            scale=5, border=4, omitsize=True, svgclass="qr", lineclass=None
        )
    )
