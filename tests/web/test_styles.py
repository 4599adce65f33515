"""The style sheet: contrast of every pair of tokens, size, browser floor, and nothing inline anywhere."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

WEB = Path(__file__).resolve().parents[2] / "src/lianfang/web"
CSS = sorted((WEB / "static/css").glob("*.css"))
MOST_BYTES = 30_000
TEXT_CONTRAST, EDGE_CONTRAST = 4.5, 3.0
TOO_NEW = re.compile(r"oklch\(|color-mix\(|light-dark\(|\(from |popover|@starting-style|&[ .:>]")
STATES = ("good", "watch", "act", "unknown")
GROUNDS = ("surface", "canvas", "sunken", "raised", "accent-tint", *(f"{state}-tint" for state in STATES))
TEXT_PAIRS = [
    *[("text", ground) for ground in GROUNDS],
    *[("muted", ground) for ground in ("surface", "canvas", "sunken", "raised")],
    *[("accent", ground) for ground in ("surface", "canvas", "raised", "accent-tint")],
    *[(state, ground) for state in STATES for ground in ("surface", "raised", f"{state}-tint")],
    ("on-accent", "accent"), ("on-accent", "accent-hover"), ("surface", "act"),
]  # fmt: skip
EDGE_PAIRS = [("edge", "surface"), ("edge", "canvas"), ("focus", "surface"), ("focus", "canvas")]


def tokens(theme: str) -> dict[str, str]:
    """Return the colour tokens of a theme; dark inherits what it does not change."""
    text = (WEB / "static/css/tokens.css").read_text("utf-8")
    light = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", text.split('[data-theme="dark"]')[0]))
    dark = dict(re.findall(r"--([\w-]+):\s*(#[0-9a-f]{6})", text.split('[data-theme="dark"]')[1]))
    return light if theme == "light" else light | dark


def contrast(first: str, second: str) -> float:
    """Return the contrast ratio of two colours (WCAG 2.2, relative luminance)."""

    def luminance(colour: str) -> float:
        parts = [int(colour[at : at + 2], 16) / 255 for at in (1, 3, 5)]
        linear = [part / 12.92 if part <= 0.04045 else ((part + 0.055) / 1.055) ** 2.4 for part in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    high, low = sorted((luminance(first), luminance(second)), reverse=True)
    return (high + 0.05) / (low + 0.05)


def minified(text: str) -> str:
    """Drop comments and needless space, as a minifier would."""
    text = re.sub(r"/\*.*?\*/", "", text, flags=re.DOTALL)
    return re.sub(r"\s*([{};:,>])\s*", r"\1", re.sub(r"\s+", " ", text)).strip()


def test_contrast_of_black_on_white_is_21() -> None:
    assert contrast("#000000", "#ffffff") == pytest.approx(21)


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_text_is_readable_on_every_ground(theme: str) -> None:
    colours = tokens(theme)
    weak = {pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2) for pair in TEXT_PAIRS}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < TEXT_CONTRAST} == {}


@pytest.mark.parametrize("theme", ["light", "dark"])
def test_edges_and_focus_can_be_seen(theme: str) -> None:
    colours = tokens(theme)
    weak = {pair: round(contrast(colours[pair[0]], colours[pair[1]]), 2) for pair in EDGE_PAIRS}
    assert {pair: ratio for pair, ratio in weak.items() if ratio < EDGE_CONTRAST} == {}


def test_style_sheet_stays_small() -> None:
    assert len(CSS) == 6
    assert sum(len(minified(path.read_text("utf-8")).encode()) for path in CSS) <= MOST_BYTES


@pytest.mark.parametrize("path", CSS, ids=lambda path: path.name)
def test_style_sheet_keeps_to_the_browser_floor(path: Path) -> None:
    text = re.sub(r"/\*.*?\*/", "", path.read_text("utf-8"), flags=re.DOTALL)
    assert not TOO_NEW.search(text)
    assert "font-style: italic" not in text
    assert not re.search(r"url\(\s*['\"]?(https?:)?//", text)


PAPERS = {"slips_file.html"}
"""Written to a file for the printer, never served: it carries its style sheet in itself."""


def test_templates_hold_nothing_inline_and_nothing_remote() -> None:
    found = []
    for path in (WEB.parent).rglob("*.html"):
        if path.name in PAPERS:
            continue
        text = path.read_text("utf-8")
        if re.search(
            r"<style|\sstyle=|\son[a-z]+=|hx-on|javascript:|<script(?![^>]*\b(src|type=\"application/json\"))", text
        ):
            found.append(f"{path.name}: inline")
        if re.search(r"(src|href)=\"(https?:)?//", text):
            found.append(f"{path.name}: remote")
    assert found == []


def test_floor_check_is_plain_es5() -> None:
    text = (WEB / "static/js/floor.js").read_text("utf-8")
    assert len(text.encode()) <= 1200
    assert not re.search(
        r"=>|\b(let|const|class|import|export|async)\b|`", re.sub(r"/\*.*?\*/|'[^']*'", "", text, flags=re.DOTALL)
    )
