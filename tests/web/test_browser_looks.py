"""Every component page in Chromium, both languages, phone and desk: nothing scrolls sideways, axe and policy silent."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

pytestmark = pytest.mark.browser
AXE = Path(__file__).resolve().parents[1] / "support/vendor/axe-core/4.14.1/axe.min.js"
RULES = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]
PAGES = (
    "/gallery/",
    "/gallery/states/",
    "/gallery/form/",
    "/gallery/screen/",
    "/gallery/print/",
    "/gallery/?visitor=1",
)
ERRORS = ("/errors/403/", "/errors/500/")
RUN_AXE = """async (tags) => {
  const found = await axe.run(document, { runOnly: tags, resultTypes: ["violations"] });
  return found.violations.map(({ id, nodes }) => `${id}: ${nodes.map((node) => node.target.join(" ")).join(", ")}`);
}"""


def axe(page: Any) -> list[str]:
    """Return what the accessibility checker finds on a page."""
    page.evaluate(AXE.read_text("utf-8"))
    return list(page.evaluate(RUN_AXE, RULES))


def settle(page: Any) -> None:
    """Wait until maps are drawn, so that the checker sees the final page."""
    page.wait_for_function(
        "() => [...document.querySelectorAll('[data-map]')].every((map) => map.dataset.state)", timeout=20_000
    )


@pytest.mark.parametrize("size", ["phone", "desk"])
@pytest.mark.parametrize("language", ["zh", "en"])
def test_every_page_fits_and_is_accessible(opened: Any, language: str, size: str) -> None:
    maps = (language, size) in {("zh", "desk"), ("en", "phone")}
    watched = opened(language, size, maps=maps)
    for path in PAGES:
        page = watched.go(path)
        if maps:
            settle(page)
        width = page.viewport_size["width"]
        assert page.evaluate("() => document.documentElement.scrollWidth") <= width, path
        assert axe(page) == [], path
    assert watched.trouble == []


@pytest.mark.parametrize("path", ERRORS)
def test_error_pages_are_accessible(opened: Any, path: str) -> None:
    watched = opened("zh", "phone")
    page = watched.go(path)
    assert axe(page) == []
    assert page.evaluate("() => document.documentElement.scrollWidth") == 375
    assert [line for line in watched.trouble if "status of" not in line] == []


def test_forced_colours_and_reduced_motion(opened: Any) -> None:
    watched = opened("zh", "desk", forced_colors="active", reduced_motion="reduce")
    page = watched.go("/gallery/states/")
    assert axe(page) == []
    assert page.evaluate("() => getComputedStyle(document.querySelector('.skeleton')).animationName") == "none"


def test_text_at_four_times_the_size_still_fits(opened: Any) -> None:
    """400 % zoom of a 1440-px desk leaves 360 CSS pixels."""
    watched = opened("en", "desk")
    watched.page.set_viewport_size({"width": 360, "height": 225})
    page = watched.go("/gallery/states/")
    assert page.evaluate("() => document.documentElement.scrollWidth") <= 360


def test_desks_show_thirty_rows(opened: Any) -> None:
    page = opened("zh", "desk").go("/gallery/")
    heights = page.locator("[data-map-table] tbody tr").evaluate_all(
        "(rows) => rows.map((row) => row.getBoundingClientRect().height)"
    )
    assert max(heights) <= 30


@pytest.mark.parametrize(("size", "least"), [("phone", 44), ("desk", 32)])
def test_buttons_are_large_enough(opened: Any, size: str, least: int) -> None:
    page = opened("zh", size).go("/gallery/form/")
    heights = page.evaluate(
        "() => [...document.querySelectorAll('main .button, main input:not([type=hidden]), main select')]"
        ".map((part) => part.getBoundingClientRect().height)"
    )
    assert min(heights) >= least


def test_printed_list_has_pages_heads_and_boxes(opened: Any) -> None:
    page = opened("zh", "desk").go("/gallery/print/")
    page.emulate_media(media="print")
    seen = page.evaluate(
        "() => ({ nav: getComputedStyle(document.querySelector('.nav')).display,"
        " head: getComputedStyle(document.querySelector('.print-list thead')).display,"
        " second: getComputedStyle(document.querySelectorAll('.building')[1]).breakBefore,"
        " box: getComputedStyle(document.querySelector('.box')).borderTopStyle })"
    )
    assert seen == {"nav": "none", "head": "table-header-group", "second": "page", "box": "solid"}
    document = page.pdf(prefer_css_page_size=True)
    assert document.count(b"/Type /Page\n") == 2


def test_an_old_browser_is_told_what_to_do(opened: Any) -> None:
    watched = opened("zh", "phone")
    watched.page.add_init_script("delete Array.prototype.toSorted")
    page = watched.go("/gallery/states/")
    assert page.locator("#floor").is_visible()
    assert "浏览器版本过低" in page.locator("#floor").inner_text()
    assert not opened("zh", "phone").go("/gallery/states/").locator("#floor").is_visible()
